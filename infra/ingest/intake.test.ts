import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { openMemoryLog } from "../kafka/memory/log.ts";
import type { LogPort, PlainWriter } from "../kafka/port.ts";
import { MemorySchemas, memoryCodec } from "../registry/memory-codec.ts";
import { type IntakeOptions, KafkaIntake } from "./intake.ts";

const codec = memoryCodec(new MemorySchemas());

function intakeOver(given: Partial<IntakeOptions> = {}) {
  const log = openMemoryLog().connect();
  const options: IntakeOptions = {
    log,
    codec,
    named: (topic) => topic,
    ensure: async (topic) => {
      await log.admin.createTopics([{ name: topic.name, partitions: 2, settings: {} }]);
      await codec.register([topic]);
    },
    prepare: (_, value) => value,
    maxAheadMs: 3_600_000,
    maxBytesInFlight: 1 << 20,
    patienceMs: 500,
    ...given,
  };
  return { log, intake: new KafkaIntake(options) };
}

const sample = (n: number) => ({ ts: Date.now() * 1_000, name: "m", value: n, labels: { instance: `i-${n % 5}` } });

async function written(log: LogPort, topic: AnyTopic = topics.metric): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const partition of [0, 1]) {
    const { records } = await log.fetch({ topic: topic.name, partition }, 0, { maxBytes: 64 << 20 });
    await codec.warm(codec.unknownIds(records));
    for (const record of records) values.push(codec.decode(topic, record));
  }
  return values;
}

/** A log whose writers do as told. */
function logWith(send: () => Promise<void>): LogPort {
  const { log } = intakeOver();
  const writer: PlainWriter = { send, close: async () => undefined };
  return new Proxy(log, { get: (target, name, self) => (name === "producer" ? async () => writer : Reflect.get(target, name, self)) });
}

describe("the intake", () => {
  it("resolves when the log has every good value, and names the others", async () => {
    const { log, intake } = intakeOver();
    const taken = await intake.take(topics.metric, [
      sample(1),
      { name: "x" },
      sample(2),
      "text",
      { topic: "moe.metric", value: sample(3) },
    ]);
    expect(taken.accepted).toBe(3);
    expect(taken.faults.map(({ index, code }) => [index, code])).toEqual([
      [1, "GW_RECORD_SHAPE"],
      [3, "GW_RECORD_SHAPE"],
    ]);
    expect((await written(log)).length).toBe(3);
  });

  it("refuses tomorrow's events", async () => {
    const tomorrow = { ...sample(1), ts: (Date.now() + 86_400_000) * 1_000 };
    expect((await intakeOver().intake.take(topics.metric, [tomorrow])).faults).toMatchObject([{ index: 0, code: "GW_RECORD_TIME" }]);
  });

  it("brings the values of many calls in their order", async () => {
    const { log, intake } = intakeOver();
    await Promise.all(Array.from({ length: 200 }, (_, n) => intake.take(topics.metric, [{ ...sample(0), value: n }])));
    const found = (await written(log)) as { value: number }[];
    expect(found.map(({ value }) => value)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it("prepares every value before it is written", async () => {
    const { log, intake } = intakeOver({ prepare: (_, value) => ({ ...(value as object), name: "masked" }) });
    await intake.take(topics.metric, [sample(1)]);
    expect(await written(log)).toMatchObject([{ name: "masked" }]);
  });

  it("says that it is full while too much is on its way, and goes on after it", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { intake } = intakeOver({ log: logWith(() => held), maxBytesInFlight: 10 });
    const first = intake.take(topics.metric, [sample(1)]);
    await expect
      .poll(
        () =>
          intake.take(topics.metric, [sample(2)]).then(
            () => "taken",
            ({ code }) => code,
          ),
        { timeout: 400 },
      )
      .toBe("GW_INTAKE_FULL");
    release();
    expect((await first).accepted).toBe(1);
    expect((await intake.take(topics.metric, [sample(3)])).accepted).toBe(1);
  });

  it("does not wait for ever, and says so", async () => {
    const { intake } = intakeOver({ log: logWith(() => new Promise(() => undefined)), patienceMs: 50 });
    await expect(intake.take(topics.metric, [sample(1)])).rejects.toMatchObject({ code: "GW_INTAKE_UNAVAILABLE" });
  });

  it("closes in that time too, whatever is still on its way", async () => {
    const { intake } = intakeOver({ log: logWith(() => new Promise(() => undefined)), patienceMs: 50 });
    await expect(intake.take(topics.metric, [sample(1)])).rejects.toMatchObject({ code: "GW_INTAKE_UNAVAILABLE" });
    await expect(intake.close()).resolves.toBeUndefined();
  });

  it("opens a writer anew after one has failed", async () => {
    let calls = 0;
    const log = logWith(async () => {
      calls += 1;
      if (calls === 1) throw new Error("the broker went away");
    });
    const { intake } = intakeOver({ log });
    await expect(intake.take(topics.metric, [sample(1)])).rejects.toMatchObject({ code: "GW_INTAKE_UNAVAILABLE" });
    expect((await intake.take(topics.metric, [sample(2)])).accepted).toBe(1);
  });

  it("asks a registry that was away again at the next call", async () => {
    let asked = 0;
    const { log } = intakeOver();
    const { intake } = intakeOver({
      log,
      ensure: async (topic) => {
        asked += 1;
        if (asked === 1) throw new Error("away");
        await log.admin.createTopics([{ name: topic.name, partitions: 2, settings: {} }]);
        await codec.register([topic]);
      },
    });
    await expect(intake.take(topics.metric, [sample(1)])).rejects.toMatchObject({ code: "GW_INTAKE_UNAVAILABLE" });
    expect((await intake.take(topics.metric, [sample(1)])).accepted).toBe(1);
  });
});
