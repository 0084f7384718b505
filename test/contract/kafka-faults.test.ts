import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JoinOptions } from "../../infra/kafka/port.ts";
import { lookAtMachine } from "../../infra/local-stack/machine.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { OwnKafka } from "../parts/own-kafka.ts";
import { ContractRig, drain, texts, uniqueName, until, valued, write } from "./contract-rig.ts";
import { connectTo, kafkaLog } from "./kafka-log.ts";

const { java, maven } = await lookAtMachine();

describe.skipIf(!java.found || !maven.found)("Kafka that fails", () => {
  let kafka: OwnKafka;
  beforeAll(async () => {
    kafka = await OwnKafka.start();
  });
  afterAll(() => kafka[Symbol.asyncDispose]());

  const rigged = () => ContractRig.open(kafkaLog(kafka.address));

  it("loses and doubles nothing of plain sends over a kill of the broker", { timeout: 90_000 }, async () => {
    const { rig, port } = await rigged();
    await using _ = rig;
    const topic = await rig.topic(2);
    const producer = await port.producer();
    const values = Array.from({ length: 200 }, (_, i) => `${i}`);
    let sent = 0;
    const sending = Promise.all(
      values.map(async (value, i) => {
        await producer.send(valued(topic, i % 2, value));
        sent += 1;
      }),
    );
    await until("some are sent", () => sent >= 20);
    await kafka.kill();
    const before = sent;
    await pause(1_500);
    expect(sent).toBeLessThanOrEqual(before + 2);
    await kafka.restart();
    await sending;
    await producer.close();
    const read = await Promise.all([0, 1].map(async (partition) => texts((await drain(port, { topic, partition })).records)));
    expect(read).toEqual([values.filter((_, i) => i % 2 === 0), values.filter((_, i) => i % 2 === 1)]);
  });

  it("goes on with feed, membership, coordinators and transactions after a kill of the broker", { timeout: 90_000 }, async () => {
    const { rig, port } = await rigged();
    await using _ = rig;
    const topic = await rig.topic(2);
    const group = uniqueName("group");
    const id = uniqueName("tx");
    const tap = rig.tap(port, topic);
    const met = { lanes: 0, heartbeats: 0, losses: [] as Error[] };
    const membership = await port.join(memberOptions(group, topic, met));
    const writer = await port.fence(id);
    await writer.send(valued(topic, 0, "before"));
    await writer.commit(group, [{ topic, partition: 0, offset: 1, metadata: "before" }]);
    await until("read", () => tap.records.length === 1);

    await kafka.kill();
    await kafka.restart();
    const { heartbeats } = met;
    const owner = await patient(() => port.fence(id));
    const positions = await patient(() => port.admin.positions(group, [{ topic, partition: 0 }]));
    expect(positions).toEqual([{ offset: 1, metadata: "before" }]);
    await expect(writer.send(valued(topic, 0, "zombie"))).rejects.toMatchObject({ code: "GW_LANE_FENCED" });
    await owner.send(valued(topic, 0, "after"));
    await owner.commit(group, [{ topic, partition: 0, offset: 2, metadata: "after" }]);
    await until("the feed goes on", () => tap.records.length === 2);
    await until("the membership goes on", () => met.heartbeats > heartbeats + 1 && met.lanes === 2);
    expect(tap.texts).toEqual(["before", "after"]);
    expect(met.losses).toEqual([]);
    await membership.leave();
  });

  it("says how long the broker has not answered a fetch, and that it answers again", { timeout: 60_000 }, async () => {
    const { rig, port } = await rigged();
    await using _ = rig;
    const topic = await rig.topic();
    const tap = rig.tap(port, topic);
    await until("it is fed", () => tap.fed > 0);
    await kafka.freeze();
    try {
      await until("it is silent", () => port.feed.silentMs > 3_000, 15_000);
      // Fetches that were given up and begun anew have not been answered either.
      port.feed.check(1_000);
      await until("it stays silent", () => port.feed.silentMs > 5_000, 15_000);
    } finally {
      await kafka.thaw();
    }
    await write(port, valued(topic, 0, "after"));
    await until("it answers again", () => tap.texts.at(-1) === "after" && port.feed.silentMs < 3_000);
  });

  it("undoes the transaction of a process that died, as soon as its id is fenced", async () => {
    const { rig, port } = await rigged();
    await using _ = rig;
    const topic = await rig.topic();
    const id = uniqueName("tx");
    const dead = await connectTo(kafka.address);
    await (await dead.fence(id)).send(valued(topic, 0, "left open"));
    await dead.close();
    await write(port, valued(topic, 0, "behind"));
    expect((await port.fetch({ topic, partition: 0 }, 0)).records).toEqual([]);
    await port.fence(id);
    expect(texts((await drain(port, { topic, partition: 0 })).records)).toEqual(["behind"]);
  });

  it("leaves the group for a former self that was killed, at once", { timeout: 60_000 }, async () => {
    const { rig, port } = await rigged();
    await using _ = rig;
    const topic = await rig.topic(2);
    const group = uniqueName("group");
    const dir = await mkdtemp(join(tmpdir(), "gatewatch-member-"));
    const memberFile = join(dir, "member");
    const met = { lanes: 0, heartbeats: 0, losses: [] as Error[] };
    const options = { ...memberOptions(group, topic, met), sessionTimeoutMs: 30_000, memberFile };
    const membership = await port.join(options);
    await until("the member is written down", async () => (await readFile(memberFile, "utf8")) !== "");
    const began = Date.now();
    const second = { lanes: 0, heartbeats: 0, losses: [] as Error[] };
    const next = await rig.connect();
    const again = await next.join({ ...memberOptions(group, topic, second), sessionTimeoutMs: 30_000, memberFile });
    await until("the next life has the lanes", () => second.lanes >= 1);
    expect(Date.now() - began).toBeLessThan(10_000);
    await membership.leave();
    await again.leave();
    await rm(dir, { recursive: true });
  });

  it("steps over what compaction has removed", { timeout: 90_000 }, async () => {
    const { rig, port } = await rigged();
    await using _ = rig;
    const settings = {
      "cleanup.policy": "compact",
      "segment.ms": "200",
      "min.cleanable.dirty.ratio": "0.001",
      "max.compaction.lag.ms": "200",
    };
    const topic = await rig.topic(1, settings);
    const place = { topic, partition: 0 };
    const record = (key: string, value: string) => ({ ...place, key: Buffer.from(key), value: Buffer.from(value) });
    await write(port, [record("a", "1"), record("b", "1"), record("a", "2")]);
    const writer = await port.fence(uniqueName("tx"));
    let rounds = 0;
    await until(
      "old values are gone",
      async () => {
        // A segment is closed by the next record after its time.
        rounds += 1;
        await writer.send([record("a", `round ${rounds}`), record("c", `round ${rounds}`)]);
        await writer.commit(uniqueName("group"), []);
        await pause(300);
        const { records } = await drain(port, place);
        return (
          rounds > 2 && !texts(records).includes("2") && texts(records).filter((value) => value.startsWith("round")).length < rounds * 2
        );
      },
      60_000,
    );
    const { records, next } = await drain(port, place);
    const offsets = records.map(({ offset }) => offset);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(texts(records)).toContain("1");
    expect(texts(records).slice(-2)).toEqual([`round ${rounds}`, `round ${rounds}`]);
    const tap = rig.tap(port, topic);
    await until("the feed is through", () => tap.next === next);
    expect(tap.texts).toEqual(texts(records));
    // From an offset that is gone, the next one there is.
    expect(texts((await drain(port, place, 2)).records)).toEqual(texts(records).slice(1));
  });

  it("says in one sentence that nobody answers", { timeout: 60_000 }, async () => {
    await expect(connectTo("127.0.0.1:1")).rejects.toMatchObject({
      code: "GW_KAFKA_UNREACHABLE",
      message: expect.stringContaining("127.0.0.1:1"),
    });
  });
});

const memberOptions = (group: string, topic: string, met: { lanes: number; heartbeats: number; losses: Error[] }): JoinOptions => ({
  group,
  topics: [topic],
  sessionTimeoutMs: 6_000,
  heartbeatMs: 100,
  rebalanceTimeoutMs: 6_000,
  assigned: (partitions) => {
    met.lanes = partitions.size;
  },
  rebalancing: () => undefined,
  heartbeat: () => {
    met.heartbeats += 1;
  },
  lost: (cause) => void met.losses.push(cause),
});

/** A coordinator may load for longer than one call waits: a lane that fails by that is opened again, and asks again. */
async function patient<R>(work: () => Promise<R>): Promise<R> {
  for (const limit = Date.now() + 60_000; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault) || !error.retriable || Date.now() > limit) throw error;
    }
  }
}
