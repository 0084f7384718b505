import { topics } from "../../schemas/topics/index.ts";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { type InputRecord, startMs } from "./input-record.ts";
import { alertRecords, decisionRecords } from "./judgements.ts";
import { loadRecords } from "./loads.ts";
import { metricRecords } from "./metric-samples.ts";
import { intelRecords, requestRecords } from "./requests.ts";

export { type InputRecord, startMs };

/** Fields of a router event that the load leaves to their defaults. */
export const routerDefaults = topics.router.type.fromBuffer(
  topics.router.type.toBuffer({
    ...Object.fromEntries(
      (topics.router.schema as { fields: { name: string; default?: unknown }[] }).fields
        .filter((field) => "default" in field)
        .map((field) => [field.name, field.default]),
    ),
    instanceId: "",
    windowStart: 0,
    windowEnd: 0,
    layer: 0,
    numExperts: 1,
    topK: 1,
    tokens: 0,
    assignments: 0,
    expertCounts: [0],
  }),
) as RouterEvent;

/** A deployment of three instances with four layers, and a collapse of one layer in each three minutes. */
export function routerRecords(windows: number, seed = 1, windowMs = 5_000): InputRecord[] {
  const load = { seed, deploymentId: "d", instances: 3, layers: 4, experts: 16, topK: 2, tokens: 2_000, windowMs };
  const events = routerLoad({ ...load, collapse: { layer: 2, everyMs: 180_000, lastsMs: 20_000 } }, startMs);
  return Array.from(events.take(windows), (window) =>
    window.map((event) => ({ topic: topics.router, value: { ...routerDefaults, ...event, ts: event.windowEnd } })),
  ).flat();
}

/** Records for every topic that a pipeline reads, in an order in which they could have come. */
export const inputsOf: Readonly<Record<string, (windows: number, seed: number) => InputRecord[]>> = {
  "moe.router": routerRecords,
  "moe.request": requestRecords,
  "moe.metric": metricRecords,
  "moe.load": loadRecords,
  "threat.intel": intelRecords,
  "gatewatch.alert": alertRecords,
  "gatewatch.decision": decisionRecords,
};
