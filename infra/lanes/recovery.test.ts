import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { struct } from "../../operators/stream/codec.ts";
import type { LaneGraph } from "../../operators/stream/lane-graph.ts";
import { ok } from "../../operators/stream/outcome.ts";
import { pipeline } from "../../operators/stream/pipeline.ts";
import { stage } from "../../operators/stream/stage.ts";
import { merge } from "../../operators/stream/topology.ts";
import { internalTopic } from "../../schemas/topics/internal.ts";
import type { AnyTopic, Topic } from "../../schemas/topics/topic.ts";
import { openMemoryLog } from "../kafka/memory/log.ts";
import type { RecordCodec } from "../registry/record-codec.ts";
import { openLog } from "../telemetry/log.ts";
import { pack, writeCheckpoint } from "./checkpoints.ts";
import { type Links, Turns } from "./links.ts";
import { checkpointTopic, memberGroup } from "./names.ts";
import { encodeRecovery, extendRuns, type Run } from "./position.ts";
import { recover } from "./recovery.ts";
import { Tables } from "./tables.ts";

interface Tick {
  readonly at: number;
}
const microsecond = 1_767_225_600_000_000;
const ticks = (name: string): Topic<Tick> => ({
  ...internalTopic<Tick>({
    name,
    schema: { type: "record", name: "Tick", namespace: name, fields: [{ name: "at", type: "long" }] },
    eventTime: ({ at }) => microsecond + at * 1_000_000,
  }),
  role: "input",
  key: () => "k",
});
const [left, right] = [ticks("left"), ticks("right")];
const out = { ...ticks("out"), role: "output" } as Topic<Tick>;

/** Its state depends on every record, its order and the watermark it saw. */
const chained = pipeline("chained", { summary: "", latenessS: 1, options: z.object({}) }, ({ from, to, store }) => {
  const chain = stage<{ hash: number }, Tick, Tick>(
    "chain",
    {
      kind: "chain",
      summary: "",
      state: { codec: struct({ hash: "float64" }), initial: () => ({ hash: 7 }) },
      step(state, { at }, { topic, watermark }) {
        state.hash = (state.hash * 31 + at + topic.length + (Number.isFinite(watermark) ? watermark % 9_973 : 1)) % 1_000_003;
        return ok({ at: state.hash });
      },
    },
    { key: () => "all", store },
  );
  return [to(out, merge(from(left), from(right)).pipe(chain))];
});

const codec: RecordCodec = {
  unknownIds: () => [],
  warm: async () => undefined,
  register: async () => undefined,
  decode: (topic, { value }) => topic.type.fromBuffer(value ?? Buffer.alloc(0)),
  encode: (topic, value) => topic.type.toBuffer(value),
};
const name = { group: "g", pipeline: "chained", part: "left", slot: 0 };
const checkpoints = { topic: checkpointTopic("g"), partition: 0 };
const places = [
  { topic: "left", partition: 0 },
  { topic: "right", partition: 0 },
];

function rig() {
  const log = openMemoryLog();
  for (const topic of ["left", "right", "out", checkpoints.topic]) log.create({ name: topic, partitions: 1, settings: {} });
  const port = log.connect();
  const logger = openLog({ level: "silent", write: () => undefined });
  const links: Links = {
    log: port,
    codec,
    named: (topic) => topic,
    tables: new Tables(port, { codec, logger }),
    logger,
    recoveries: new Turns(1),
    partitionsOf: () => 1,
    meter: { event: () => undefined, restored: () => undefined, gap: () => undefined, committed: () => undefined },
  };
  const produce = (topic: AnyTopic, at: number) =>
    log.append([{ topic: topic.name, partition: 0, key: Buffer.from("k"), value: topic.type.toBuffer({ at }) }]);
  return { log, port, links, produce };
}
type Rig = ReturnType<typeof rig>;

const opened = (): LaneGraph =>
  chained.open("left", {
    partition: 0,
    lanes: 1,
    maxAheadMs: Number.POSITIVE_INFINITY,
    decode: (topic, record) => codec.decode(topic, record),
  });
const lane = (graph: LaneGraph, more: { from?: "earliest" | "latest"; fingerprint?: string } = {}) => ({
  name,
  graph,
  places,
  checkpoints,
  onGap: "halt" as const,
  fingerprint: "f",
  from: "earliest" as const,
  open: () => true,
  ...more,
});

/** What a lane did: records of either input, places where one was found idle (2, 3), one checkpoint (4). */
async function lived({ port, produce }: Rig, steps: readonly number[], fingerprint = "f"): Promise<LaneGraph> {
  const graph = opened();
  const writer = await port.fence("lane");
  const next = [0, 0];
  let runs: Run[] = [];
  const save = async () => {
    const packed = pack({ fingerprint, state: graph.dump() });
    const pointer = { offsets: [...next], partition: 0, chunks: await writeCheckpoint(writer, name, 0, packed, checkpoints.topic) };
    runs = [];
    return pointer;
  };
  let checkpoint = await save();
  for (const [i, step] of steps.entries()) {
    const input = step % 2;
    if (step === 4) checkpoint = await save();
    else if (step > 1) {
      graph.idle(input);
      extendRuns(runs, input, 0);
    } else {
      const topic = input === 0 ? left : right;
      produce(topic, i * 3);
      const { records } = await port.fetch(places[input] as (typeof places)[0], next[input] ?? 0);
      graph.feed(input, records);
      next[input] = (next[input] ?? 0) + 1;
      extendRuns(runs, input, 1);
    }
  }
  const positions = places.map((place, input) => ({ ...place, offset: next[input] ?? 0, metadata: encodeRecovery({ checkpoint, runs }) }));
  await writer.commit(memberGroup(name), positions);
  return graph;
}

describe("recovery", () => {
  it("brings a graph to the very state its lane had committed, whatever the order of its inputs was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4), { maxLength: 40 }), async (steps) => {
        const own = rig();
        const before = await lived(own, steps);
        // More has come meanwhile, and is none of the replay's business.
        for (const topic of [left, right]) own.produce(topic, 1_000);
        const graph = opened();
        const { next, replayed } = await recover(lane(graph), own.links);
        expect(graph.dump()).toEqual(before.dump());
        expect(next).toEqual([0, 1].map((input) => steps.filter((step) => step === input).length));
        const sinceCheckpoint = steps.slice(steps.lastIndexOf(4) + 1);
        expect(replayed).toBe(sinceCheckpoint.filter((step) => step < 2).length);
        expect([graph.take(), graph.muted]).toEqual([[], false]);
        await own.port.close();
      }),
      { numRuns: 60 },
    );
  });

  it("doubts what other code or options had written, but only where records were replayed on it", async () => {
    const replaying = rig();
    await lived(replaying, [0, 1, 0], "older");
    expect(await recover(lane(opened()), replaying.links)).toMatchObject({ inDoubt: true, replayed: 3 });
    const settled = rig();
    await lived(settled, [0, 1, 4], "older");
    expect(await recover(lane(opened()), settled.links)).toMatchObject({ inDoubt: false, replayed: 0 });
  });

  it("begins a first start at the earliest or the latest, as it is told", async () => {
    const own = rig();
    for (let at = 0; at < 5; at += 1) own.produce(left, at);
    expect(await recover(lane(opened()), own.links)).toMatchObject({ next: [0, 0], checkpoint: undefined });
    expect(await recover(lane(opened(), { from: "latest" }), own.links)).toMatchObject({ next: [5, 0] });
  });

  it("refuses a position that somebody has set by hand, for there is no state to it", async () => {
    const own = rig();
    const writer = await own.port.fence("somebody");
    await writer.commit(
      memberGroup(name),
      places.map((place) => ({ ...place, offset: 0, metadata: "" })),
    );
    await expect(recover(lane(opened()), own.links)).rejects.toMatchObject({ code: "GW_LANE_POSITION_WITHOUT_STATE" });
  });

  it("refuses state whose position has expired, for an empty start would count everything twice", async () => {
    const own = rig();
    await lived(own, [0, 1]);
    own.log.forgetPositions(memberGroup(name));
    await expect(recover(lane(opened()), own.links)).rejects.toMatchObject({ code: "GW_LANE_STATE_WITHOUT_POSITION" });
  });

  it("refuses to go on where the way on record does not end at the position", async () => {
    const own = rig();
    await lived(own, [0, 0, 1]);
    const [left0, right0] = await own.port.admin.positions(memberGroup(name), places);
    const writer = await own.port.fence("lane");
    const moved = [left0, right0].map((position, i) => ({
      ...(places[i] as (typeof places)[0]),
      offset: 1,
      metadata: position?.metadata ?? "",
    }));
    await writer.commit(memberGroup(name), moved);
    await expect(recover(lane(opened()), own.links)).rejects.toMatchObject({ code: "GW_LANE_REPLAY_DIVERGED" });
  });

  it("stops between two fetches where its lane is closed, without a word of divergence", async () => {
    const own = rig();
    await lived(own, [0, 1, 0]);
    expect(await recover({ ...lane(opened()), open: () => false }, own.links)).toMatchObject({ replayed: 0 });
  });
});
