import { expect, it } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import { topics } from "../../schemas/topics/index.ts";
import { until } from "../../test/lanes/harness.ts";
import { plainCodec } from "../../test/lanes/plain-codec.ts";
import { openMemoryLog } from "../kafka/memory/log.ts";
import { Turns } from "../lanes/links.ts";
import type { Row } from "./row.ts";
import { type SinkSettings, sinkDefaults } from "./settings.ts";
import { SinkLane } from "./sink-lane.ts";

const topic = topics.window;
const place = { topic: topic.name, partition: 0 };
const quick: SinkSettings = { ...sinkDefaults, blockRows: 10, blockMs: 1, quietMs: 1, retryMinMs: 1, retryMaxMs: 5 };
const silent = () => undefined;

/** Lanes of one partition, and a table in memory that takes what it is given once its gate is open. */
function rig() {
  const log = openMemoryLog();
  for (const { name } of [topic, topics.dlq]) log.create({ name, partitions: 1, settings: {} });
  const port = log.connect();
  const errors: string[] = [];
  const placed: number[] = [];
  const bad: number[] = [];
  const logger = { debug: silent, info: silent, warn: silent, error: (_: unknown, text: string) => errors.push(text) };
  const links = {
    log: port,
    codec: plainCodec,
    logger,
    named: (topic: string) => topic,
    recoveries: new Turns(1),
  };
  const lanes: SinkLane[] = [];
  return {
    log,
    port,
    errors,
    placed,
    bad,
    write: (count: number) => log.append(Array.from({ length: count }, () => ({ ...place, key: null, value: Buffer.from("x") }))),
    position: async () => (await port.admin.positions("g", [place]))[0]?.offset,
    lane(settings: Partial<SinkSettings>, gate: Promise<unknown> = Promise.resolve()) {
      const table = {
        held: async (rows: readonly Row[]) => new Set(rows.map(({ record }) => record.offset).filter((offset) => placed.includes(offset))),
        insert: async (rows: readonly Row[]) => {
          await gate;
          if (rows.some(({ record }) => bad.includes(record.offset))) throw new Fault("GW_ROW_REFUSED", "bad");
          placed.push(...rows.map(({ record }) => record.offset));
        },
        mayBurnTokens: async () => false,
        highest: async () => Math.max(-1, ...placed),
      };
      const lane = new SinkLane({
        links: links as never,
        group: "g",
        topic,
        place,
        table,
        rows: { columns: [], row: (record) => ({ record, month: 202_601, text: "" }) },
        settings: { ...quick, ...settings },
        meter: { block: silent, retry: silent },
      });
      const run = lane.run(() => {
        for (const tap of lane.taps) port.feed.add(tap);
      });
      run.catch(silent);
      lanes.push(lane);
      return { lane, run, tap: lane.taps[0] };
    },
    async [Symbol.asyncDispose]() {
      for (const lane of lanes) lane.drop();
      await port.close();
    },
  };
}

it("halts where its topic cannot be read", async () => {
  await using over = rig();
  const { lane, run, tap } = over.lane({});
  await until("it is live", () => lane.status === "live");
  tap?.unreadable(new Fault("GW_LOG_UNREADABLE", "gatewatch.window[0] cannot be read at 3"));
  await expect(run).rejects.toMatchObject({ code: "GW_LOG_UNREADABLE" });
});

it("says in a dead letter how often its row was tried", async () => {
  await using over = rig();
  over.bad.push(1);
  over.lane({});
  over.write(2);
  const letters = async () => (await over.port.fetch({ topic: topics.dlq.name, partition: 0 }, 0)).records;
  await until("the letter is there", async () => (await letters()).length > 0);
  expect((await letters()).map(({ headers }) => [String(headers["dlq.offset"]), String(headers["dlq.attempts"])])).toEqual([["1", "2"]]);
});

const offsets = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** One block under way, more in the buffer, and behind what is buffered some are gone. */
async function overAGap(onGap: SinkSettings["onGap"]) {
  const rigged = rig();
  const gate = Promise.withResolvers<void>();
  const { lane, run, tap } = rigged.lane({ onGap }, gate.promise);
  rigged.write(10);
  await until("a block is under way", async () => (await rigged.position()) === 0);
  rigged.write(35);
  await until("more is buffered", () => tap?.next === 45 && tap.full);
  rigged.write(15);
  rigged.log.partition(place).deleteBefore(50);
  gate.resolve();
  return { ...rigged, lane, run };
}

it.for([
  ["earliest", 50],
  ["latest", 60],
] as const)("writes what it holds before it goes over a gap to the %s", async ([onGap, to]) => {
  await using over = await overAGap(onGap);
  await until("it is over the gap", async () => (await over.position()) === 60);
  expect(over.placed).toEqual([...offsets(0, 45), ...offsets(to, 60)]);
  expect(over.errors).toEqual([expect.stringContaining(`holds 50 to 60, expected 45: going on at ${to}, as sinks.onGap says`)]);
});

it("writes what it holds before it halts at a gap, and its position says so", async () => {
  await using over = await overAGap("halt");
  await expect(over.run).rejects.toMatchObject({
    code: "GW_LANE_OFFSET_GAP",
    message: expect.stringContaining("holds 50 to 60, expected 45"),
  });
  expect(over.placed).toEqual(offsets(0, 45));
  expect(await over.position()).toBe(45);
});

it("leaves out what is gone of a block that its owner before has left half done, where it may", async () => {
  await using over = rig();
  const { lane, tap } = over.lane({}, new Promise(() => undefined));
  over.write(10);
  await until("a block is under way", () => tap?.next === 10 && lane.positions()[0]?.committed === 0);
  lane.drop();
  over.placed.push(6);
  over.log.partition(place).deleteBefore(5);
  const halting = over.lane({ onGap: "halt" });
  await expect(halting.run).rejects.toMatchObject({ code: "GW_LANE_OFFSET_GAP" });
  over.lane({ onGap: "earliest" });
  await until("the rest is there", async () => (await over.position()) === 10);
  expect([...over.placed].sort((a, b) => a - b)).toEqual(offsets(5, 10));
  expect(over.errors.join()).toMatch(/going on at 5, as sinks\.onGap says/);
});
