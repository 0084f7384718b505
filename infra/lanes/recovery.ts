import type { LaneGraph } from "../../operators/stream/lane-graph.ts";
import type { Place } from "../../operators/stream/record.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { hasCheckpoint, readCheckpoint } from "./checkpoints.ts";
import type { Links } from "./links.ts";
import { type LaneName, laneLabel, memberGroup } from "./names.ts";
import { type CheckpointPointer, decodeRecovery, extendRuns, type Run } from "./position.ts";

/** What a lane needs to recover: its graph, where its inputs lie (a table's partition is 0) and where its checkpoints go. */
export interface Recovering {
  readonly name: LaneName;
  readonly graph: LaneGraph;
  readonly places: readonly Place[];
  readonly checkpoints: Place;
  readonly fingerprint: string;
  readonly from: "earliest" | "latest";
  /** What to do where records of the replay are gone. */
  readonly onGap: "halt" | "earliest" | "latest";
  /** Stops a replay between two fetches. */
  readonly open: () => boolean;
}

/** Where a lane stands after recovery. */
export interface Recovered {
  /** Next offset of every input. */
  readonly next: number[];
  readonly checkpoint: CheckpointPointer | undefined;
  readonly runs: Run[];
  /** Records read again, muted; those of tables included. */
  readonly replayed: number;
  /** The checkpoint was written by other code or options, and records were replayed on it. */
  readonly inDoubt: boolean;
  /** Records of the replay were gone, and the policy let the lane go on. */
  readonly gap?: Fault;
}

/**
 * Brings a graph to exactly where its lane last committed. The lane must own its transactional id already: only then is the
 * position final (an OffsetFetch beside a pending commit silently answers the old one). Outputs are muted throughout.
 *
 * Faults: GW_LANE_POSITION_WITHOUT_STATE, GW_LANE_STATE_WITHOUT_POSITION, GW_LANE_REPLAY_DIVERGED, GW_LANE_OFFSET_GAP, GW_CHECKPOINT_*.
 */
export async function recover(lane: Recovering, links: Links): Promise<Recovered> {
  const { name, graph, places } = lane;
  const own = graph.inputs.flatMap(({ role }, input) => (role === "table" ? [] : [{ input, place: places[input] as Place }]));
  const committed = await links.log.admin.positions(
    memberGroup(name),
    own.map(({ place }) => place),
  );
  const record = decodeRecovery(committed[0]?.metadata ?? "");
  if (record === undefined) {
    if (committed.some(({ offset }) => offset >= 0)) {
      throw new Fault("GW_LANE_POSITION_WITHOUT_STATE", `${laneLabel(name)} has a committed position but no checkpoint with it`);
    }
    return firstStart(lane, links, own);
  }
  graph.muted = true;
  const { checkpoint, runs } = record;
  const saved = await readCheckpoint(links.log, name, checkpoint, lane.checkpoints.topic);
  graph.load(saved.state);
  const next = [...checkpoint.offsets];
  let replayed = 0;
  try {
    for (const { input, length } of runs) {
      if (length === 0) graph.idle(input);
      else replayed += await replay(lane, links, input, next, length);
    }
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "GW_LANE_OFFSET_GAP" || lane.onGap === "halt") throw error;
    graph.muted = false;
    return { next: await overTheGap(lane, links, committed, next), checkpoint: undefined, runs: [], replayed, inDoubt: false, gap: error };
  }
  for (const [i, { input, place }] of own.entries()) {
    const at = committed[i]?.offset;
    if (lane.open() && next[input] !== at) {
      throw new Fault("GW_LANE_REPLAY_DIVERGED", `${laneLabel(name)} replayed ${place.topic} to ${next[input]}, the group stands at ${at}`);
    }
  }
  graph.muted = false;
  return { next, checkpoint, runs: [...runs], replayed, inDoubt: replayed > 0 && saved.fingerprint !== lane.fingerprint };
}

/**
 * Records between the checkpoint and the position are gone: what they did to the state is lost, their outputs are written. Goes on
 * with the state there is, at the position, or behind it where the log begins later or the policy says so. Tables go on where they were.
 */
async function overTheGap(
  { graph, places, onGap }: Recovering,
  { log }: Links,
  committed: readonly { offset: number }[],
  next: readonly number[],
): Promise<number[]> {
  const own = places.flatMap((place, input) => (graph.inputs[input]?.role === "table" ? [] : [{ place, input }]));
  const ranges = await log.admin.range(own.map(({ place }) => place));
  const moved = [...next];
  for (const [i, { input }] of own.entries()) {
    const { earliest, end } = ranges[i] ?? { earliest: 0, end: 0 };
    moved[input] = onGap === "latest" ? end : Math.max(earliest, committed[i]?.offset ?? 0);
  }
  return moved;
}

/** No position and no state: begins where `from` says, after every table has been read whole. */
async function firstStart(lane: Recovering, links: Links, own: readonly { input: number; place: Place }[]): Promise<Recovered> {
  const { name, graph, places, checkpoints } = lane;
  if (await hasCheckpoint(links.log, name, checkpoints.partition, checkpoints.topic)) {
    throw new Fault(
      "GW_LANE_STATE_WITHOUT_POSITION",
      `${checkpoints.topic} holds state of ${laneLabel(name)}, but its group has no position`,
    );
  }
  const ranges = await links.log.admin.range(own.map(({ place }) => place));
  const next = places.map(() => 0);
  for (const [i, { input }] of own.entries()) next[input] = (lane.from === "latest" ? ranges[i]?.end : ranges[i]?.earliest) ?? 0;
  const runs: Run[] = [];
  for (const [input, { role }] of graph.inputs.entries()) {
    if (role !== "table") continue;
    const table = links.tables.table((places[input] as Place).topic);
    await table.whole;
    graph.feed(input, table.since(0, table.next));
    next[input] = table.next;
    if (table.next > 0) extendRuns(runs, input, table.next);
  }
  return { next, checkpoint: undefined, runs, replayed: 0, inDoubt: false };
}

/** Applies the next `length` offsets of one input, muted. Yields between fetches, so that neighbours go on. */
async function replay(lane: Recovering, links: Links, input: number, next: number[], length: number): Promise<number> {
  const place = lane.places[input] as Place;
  const end = (next[input] ?? 0) + length;
  if (lane.graph.inputs[input]?.role === "table") {
    const table = links.tables.table(place.topic);
    await table.whole;
    const records = table.since(next[input] ?? 0, end);
    lane.graph.feed(input, records);
    next[input] = end;
    return records.length;
  }
  let replayed = 0;
  while ((next[input] ?? 0) < end && lane.open()) {
    const fetched = await links.log.fetch(place, next[input] ?? 0, { maxBytes: 1 << 18 });
    const records = fetched.records.filter((record) => record.offset < end);
    await links.codec.warm(links.codec.unknownIds(records));
    lane.graph.feed(input, records);
    next[input] = Math.min(fetched.next, end);
    replayed += records.length;
  }
  return replayed;
}
