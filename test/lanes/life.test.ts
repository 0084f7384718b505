import { describe, expect, it } from "vitest";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { Lane } from "../../infra/lanes/lane.ts";
import { checkpointTopic } from "../../infra/lanes/names.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import type { LaneGraph } from "../../operators/stream/lane-graph.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { LaneRig, until, type Working } from "./harness.ts";
import { left, numbered, orderTest, type Reading } from "./pipelines.ts";
import { plainCodec } from "./plain-codec.ts";
import { plainly } from "./plainly.ts";

const start = Date.UTC(2026, 0, 1) * 1_000;
const readings = (from: number, count: number): Reading[] =>
  Array.from({ length: count }, (_, i) => ({ key: "k", ts: start + (from + i) * 1_000, value: from + i }));
const numbers = async (rig: LaneRig) => (await rig.values(numbered)).map((value) => Number((value as { text: string }).text.split("|")[2]));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const written = (rig: LaneRig, count: number) => until(`${count} outputs`, async () => (await numbers(rig)).length >= count);
const haltCode = ({ worker }: Working) => (worker.status().parts[0]?.halted[0] as { code: string } | undefined)?.code;
const halted = async (working: Working) => {
  await until("a halted lane", () => haltCode(working) !== undefined);
  return haltCode(working);
};

describe("a lane's life", () => {
  it("ends in order with a checkpoint at its position, so the next one replays nothing", async () => {
    const rig = new LaneRig(orderTest, 1, { checkpointIntervalMs: 3_600_000 });
    const first = await rig.worker();
    for (const from of [0, 50]) {
      rig.produce(left, 0, readings(from, 50));
      await written(rig, from + 50);
    }
    await first.worker.stop();
    const replayed = rig.met.replayed;
    rig.produce(left, 0, readings(100, 50));
    const second = await rig.worker();
    await written(rig, 150);
    await second.worker.stop();
    expect(rig.met.replayed).toBe(replayed);
    expect(await numbers(rig)).toEqual(upTo(150));
  });

  it("is recovered and goes on after an operator took its graph down", async () => {
    let armed = true;
    const fragile: Pipeline = {
      ...orderTest,
      open(part, options) {
        const graph = orderTest.open(part, options);
        const feed = graph.feed.bind(graph);
        return Object.assign(graph, {
          feed(...given: Parameters<LaneGraph["feed"]>) {
            feed(...given);
            if (armed && given[1].length > 0) {
              armed = false;
              throw new TypeError("a defect");
            }
          },
        });
      },
    };
    const rig = new LaneRig(orderTest, 1);
    rig.produce(left, 0, readings(0, 20));
    const { worker } = await rig.worker({ pipeline: fragile });
    await written(rig, 20);
    rig.produce(left, 0, readings(20, 20));
    await written(rig, 40);
    await worker.stop();
    expect(rig.met.failures).toBe(1);
    expect(await numbers(rig)).toEqual(upTo(40));
  });

  it("is not ready from its failure until it is open again", async () => {
    let armed = true;
    const broken: Pipeline = {
      ...orderTest,
      open(part, options) {
        const graph = orderTest.open(part, options);
        const feed = (...[, records]: Parameters<LaneGraph["feed"]>) => {
          if (records.length > 0) throw new TypeError("a defect");
        };
        return armed ? Object.assign(graph, { feed }) : graph;
      },
    };
    const rig = new LaneRig(orderTest, 1, { heartbeatMs: 400 });
    const { worker } = await rig.worker({ pipeline: broken });
    await until("a lane that is ready", () => worker.status().ready);
    rig.produce(left, 0, readings(0, 5));
    await until("a failure", () => rig.met.failures === 1);
    expect(worker.status()).toMatchObject({ ready: false, reasons: [expect.stringMatching(/ opens lanes 0 again$/)] });
    armed = false;
    await written(rig, 5);
    expect(worker.status().ready).toBe(true);
    await worker.stop();
  });

  it("keeps poison from stopping it: every bad record is a dead letter with its bytes, and the rest goes on", async () => {
    const rig = new LaneRig(orderTest, 1);
    const poison = [Buffer.alloc(0), Buffer.from("plain text"), Buffer.from([0, 0, 0, 0, 1, 255]), null];
    for (const [i, value] of poison.entries()) {
      rig.produce(left, 0, readings(i, 1));
      rig.log.append([{ topic: left.name, partition: 0, key: Buffer.from("k"), value, headers: { origin: Buffer.from("test") } }]);
    }
    rig.produce(left, 0, readings(9, 1));
    const { worker } = await rig.worker();
    await written(rig, 5);
    await worker.stop();
    const letters = (await rig.read("gatewatch.dlq")).flat();
    expect(letters.map(({ value }) => value)).toEqual(poison);
    expect(letters.map(({ headers }) => [String(headers["dlq.code"]), String(headers["dlq.offset"]), String(headers.origin)])).toEqual([
      ["GW_DECODE_FRAMING", "1", "test"],
      ["GW_DECODE_FRAMING", "3", "test"],
      [expect.stringMatching(/^GW_DECODE_/), "5", "test"],
      ["GW_RECORD_NULL", "7", "test"],
    ]);
  });
});

describe("a lane that does not move", () => {
  /** The first commit is never answered. */
  const hanging = (inner: LogPort): LogPort => {
    let hung = false;
    return {
      ...plainly(inner),
      fence: async (id) => {
        const writer = await inner.fence(id);
        return {
          send: (records) => writer.send(records),
          abort: () => writer.abort(),
          commit: (group, positions) => {
            if (hung) return writer.commit(group, positions);
            hung = true;
            return new Promise(() => undefined);
          },
        };
      },
    };
  };

  it("is given up and followed by another, though what it waits for never answers", async () => {
    const rig = new LaneRig(orderTest, 1, { stallMs: 300 });
    const { worker } = await rig.worker({ port: hanging(rig.log.connect()) });
    rig.produce(left, 0, readings(0, 20));
    await written(rig, 20);
    rig.produce(left, 0, readings(20, 20));
    await written(rig, 40);
    await worker.stop();
    expect(rig.met).toMatchObject({ stalled: 1, failures: 0 });
    expect(await numbers(rig)).toEqual(upTo(40));
  });

  it("takes no more than it may hold while its transaction waits, and goes on after", async () => {
    const gate = Promise.withResolvers<void>();
    const rig = new LaneRig(orderTest, 1, { maxBatchRecords: 10, stallMs: 60_000 });
    const inner = rig.log.connect();
    const slow: LogPort = {
      ...plainly(inner),
      fence: async (id) => {
        const writer = await inner.fence(id);
        return {
          send: (records) => writer.send(records),
          abort: () => writer.abort(),
          commit: (group, positions) => gate.promise.then(() => writer.commit(group, positions)),
        };
      },
    };
    const { worker } = await rig.worker({ port: slow });
    const next = () => Math.max(...(worker.lanes() as Lane[]).map((lane) => lane.positions()[0]?.next ?? 0));
    for (let from = 0; from < 200; from += 5) {
      rig.produce(left, 0, readings(from, 5));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    // One batch in the transaction, two of them full, and the fetch that found them not full yet.
    expect(next()).toBeLessThan(60);
    gate.resolve();
    await written(rig, 200);
    await worker.stop();
    expect(await numbers(rig)).toEqual(upTo(200));
  });
});

describe("a schema that nobody knew", () => {
  it("and that is registered later does not change what a replay makes of the records before", async () => {
    const rig = new LaneRig(orderTest, 1, { checkpointIntervalMs: 3_600_000 });
    let known = false;
    const decode: RecordCodec["decode"] = (topic, record) => {
      if (!known && record.offset === 25) throw new Fault("GW_DECODE_SCHEMA_UNKNOWN", "there is no schema 7");
      return plainCodec.decode(topic, record);
    };
    const codec = { ...plainCodec, decode };
    const first = await rig.worker({ codec });
    rig.produce(left, 0, readings(0, 10));
    await written(rig, 10);
    for (const from of [10, 40]) {
      rig.produce(left, 0, readings(from, 30));
      await written(rig, from + 29);
    }
    await first.kill();
    known = true;
    rig.produce(left, 0, readings(70, 10));
    const second = await rig.worker({ codec });
    await written(rig, 79);
    await second.worker.stop();
    expect((await rig.read("gatewatch.dlq")).flat()).toHaveLength(1);
    expect(await numbers(rig)).toEqual(upTo(79));
  });
});

describe("a position that cannot be trusted", () => {
  it("is refused where its state is gone", async () => {
    const rig = new LaneRig(orderTest, 1);
    rig.produce(left, 0, readings(0, 20));
    const first = await rig.worker();
    await written(rig, 20);
    await first.worker.stop();
    const checkpoints = rig.log.partition({ topic: checkpointTopic("g"), partition: 0 });
    checkpoints.deleteBefore(checkpoints.end);
    const second = await rig.worker();
    expect(await halted(second)).toBe("GW_LANE_OFFSET_GAP");
    await second.kill();
  });

  it("is refused where state stands without it: the group's offsets have expired", async () => {
    const rig = new LaneRig(orderTest, 1);
    rig.produce(left, 0, readings(0, 20));
    const first = await rig.worker();
    await written(rig, 20);
    await first.worker.stop();
    rig.log.forgetPositions("g.order-test.test.left");
    const second = await rig.worker();
    expect(await halted(second)).toBe("GW_LANE_STATE_WITHOUT_POSITION");
    expect(second.worker.status()).toMatchObject({ ready: false });
    await second.kill();
  });
});

describe("a gap in the input", () => {
  async function afterAGap(onGap: "halt" | "earliest" | "latest") {
    const rig = new LaneRig(orderTest, 1, { onGap });
    rig.produce(left, 0, readings(0, 20));
    const first = await rig.worker();
    await written(rig, 20);
    await first.worker.stop();
    rig.produce(left, 0, readings(20, 30));
    rig.log.partition({ topic: left.name, partition: 0 }).deleteBefore(35);
    return { rig, second: await rig.worker() };
  }

  it("halts the lane, and says so", async () => {
    const { rig, second } = await afterAGap("halt");
    expect(await halted(second)).toBe("GW_LANE_OFFSET_GAP");
    expect(await numbers(rig)).toEqual(upTo(20));
    await second.kill();
  });

  it.for([
    ["earliest", 15],
    ["latest", 0],
  ] as const)("goes on at the %s where the policy says so, and survives a restart there", async ([onGap, more]) => {
    const { rig, second } = await afterAGap(onGap);
    await written(rig, 20 + more);
    rig.produce(left, 0, readings(50, 5));
    await written(rig, 25 + more);
    await second.kill();
    rig.produce(left, 0, readings(55, 5));
    const third = await rig.worker();
    await written(rig, 30 + more);
    await third.worker.stop();
    expect(await numbers(rig)).toEqual(upTo(30 + more));
    expect(rig.met.gaps).toBe(1);
  });

  it.for(["earliest", "latest"] as const)(
    "between checkpoint and position costs state, and stops nothing where the policy is %s",
    async (onGap) => {
      const rig = new LaneRig(orderTest, 1, { onGap, checkpointIntervalMs: 3_600_000 });
      const first = await rig.worker();
      for (const from of [0, 20]) {
        rig.produce(left, 0, readings(from, 20));
        await written(rig, from + 20);
      }
      await first.kill();
      // The checkpoint stands at 20, the position at 40.
      rig.log.partition({ topic: left.name, partition: 0 }).deleteBefore(30);
      const second = await rig.worker();
      await until("the lane is live", () => second.worker.lanes().some(({ status }) => status === "live"));
      rig.produce(left, 0, readings(40, 10));
      await written(rig, 50);
      await second.kill();
      const third = await rig.worker();
      rig.produce(left, 0, readings(50, 10));
      await written(rig, 60);
      await third.worker.stop();
      expect(rig.met.gaps).toBe(1);
      // 40 readings, of which the state has seen 20; those after it are numbered on from there.
      expect(await numbers(rig)).toEqual([...upTo(40), ...upTo(20).map((n) => n + 20)]);
    },
  );
});
