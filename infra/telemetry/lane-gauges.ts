import { Lane } from "../lanes/lane.ts";
import type { Worker } from "../lanes/worker.ts";
import type { Meter } from "./meter.ts";

/** Fills the gauges from what the worker holds at the moment of a scrape. */
export function laneGauges(meter: Meter, worker: () => Worker | undefined, ready: () => boolean, now: () => number = Date.now): void {
  meter.beforeScrape(() => {
    meter.set("gatewatch_worker_ready", {}, ready() ? 1 : 0);
    const running = worker();
    if (running === undefined) return;
    for (const { group, lanes, halted } of running.status().parts) {
      const byStatus = new Map<string, number>([["halted", halted.length]]);
      for (const { status } of lanes) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      for (const [status, count] of byStatus) meter.set("gatewatch_lanes", { group, status }, count);
    }
    const stores = new Map<string, { labels: { pipeline: string; part: string; store: string }; keys: number; evicted: number }>();
    for (const lane of running.lanes()) {
      if (!(lane instanceof Lane)) continue;
      const { pipeline, part, slot } = lane.name;
      const partition = String(slot);
      for (const { topic, lag } of lane.positions())
        meter.set("gatewatch_lane_lag_records", { group: lane.name.group, topic, partition }, lag);
      if (Number.isFinite(lane.watermark)) {
        meter.set("gatewatch_lane_watermark_lag_seconds", { pipeline, part, partition }, now() / 1000 - lane.watermark / 1e6);
      }
      for (const { name, keys, evicted } of lane.stores()) {
        const id = JSON.stringify([pipeline, part, name]);
        const sum = stores.get(id) ?? { labels: { pipeline, part, store: name }, keys: 0, evicted: 0 };
        stores.set(id, { ...sum, keys: sum.keys + keys, evicted: sum.evicted + evicted });
      }
    }
    for (const { labels, keys, evicted } of stores.values()) {
      meter.set("gatewatch_store_keys", labels, keys);
      meter.set("gatewatch_store_evicted_keys", labels, evicted);
    }
  });
}
