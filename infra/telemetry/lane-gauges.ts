import { SinkLane } from "../clickhouse/sink-lane.ts";
import { Lane } from "../lanes/lane.ts";
import type { Worker } from "../lanes/worker.ts";
import type { Meter } from "./meter.ts";

/** Fills the gauges from what the workers of this process hold at the moment of a scrape. */
export function laneGauges(meter: Meter, workers: readonly Worker[], ready: () => boolean, now: () => number = Date.now): void {
  meter.beforeScrape(() => {
    meter.set("gatewatch_worker_ready", {}, ready() ? 1 : 0);
    for (const worker of workers) statuses(meter, worker);
    const lanes = workers.flatMap((worker) => worker.lanes());
    const own = lanes.filter((lane) => lane instanceof Lane);
    for (const lane of own) progress(meter, lane, now());
    stores(meter, own);
    for (const lane of lanes) if (lane instanceof SinkLane) sinkLag(meter, lane);
  });
}

/** `halted` is always shown, at 0 too: an alarm needs a series to watch. */
function statuses(meter: Meter, worker: Worker): void {
  for (const { group, lanes, halted } of worker.status().parts) {
    const count = new Map<string, number>([["halted", halted.length]]);
    for (const { status } of lanes) count.set(status, (count.get(status) ?? 0) + 1);
    for (const [status, value] of count) meter.set("gatewatch_lanes", { group, status }, value);
  }
}

/** The lag is against the committed position: what is applied and not written is still to be done after a crash. */
function progress(meter: Meter, lane: Lane, nowMs: number): void {
  const { group, pipeline, part, slot } = lane.name;
  const partition = String(slot);
  for (const { topic, lag } of lane.positions())
    meter.set("gatewatch_lane_lag_records", { group: `${group}.${pipeline}.${part}`, topic, partition }, lag);
  // Before the first record of every input there is no time.
  if (!Number.isFinite(lane.watermark)) return;
  meter.set("gatewatch_lane_watermark_lag_seconds", { pipeline, part, partition }, nowMs / 1000 - lane.watermark / 1e6);
}

/** Summed over the lanes of a part: a series a lane would be one a partition. */
function stores(meter: Meter, lanes: readonly Lane[]): void {
  const sums = new Map<string, { labels: { pipeline: string; part: string; store: string }; keys: number; evicted: number }>();
  for (const lane of lanes) {
    const { pipeline, part } = lane.name;
    for (const { name: store, keys, evicted } of lane.stores()) {
      const id = JSON.stringify([pipeline, part, store]);
      const before = sums.get(id);
      sums.set(id, { labels: { pipeline, part, store }, keys: (before?.keys ?? 0) + keys, evicted: (before?.evicted ?? 0) + evicted });
    }
  }
  for (const { labels, keys, evicted } of sums.values()) {
    meter.set("gatewatch_store_keys", labels, keys);
    meter.set("gatewatch_store_evicted_keys", labels, evicted);
  }
}

function sinkLag(meter: Meter, lane: SinkLane): void {
  const partition = String(lane.taps[0]?.partition ?? 0);
  for (const { topic, lag } of lane.positions()) meter.set("gatewatch_lane_lag_records", { group: "sinks", topic, partition }, lag);
}
