import type { RouterEvent } from "../types/avro.ts";
import { topic } from "./topic.ts";
import { completeWindow, windowOrder } from "./window-times.ts";

/**
 * Router telemetry of the engines, one event a layer and window. Read by `router-windows`, `experts`, `placement`.
 * Order: that of an instance, whose layers judge themselves by what came before.
 */
export const router = topic<RouterEvent>({
  name: "moe.router",
  role: "input",
  key: ["deploymentId", "instanceId"],
  eventTime: "windowStart",
  complete: completeWindow,
  rules: [windowOrder, expertsInRange],
});

/** Counts must be of the experts they claim, or every figure made of them is of something else. */
function expertsInRange({ numExperts, topK, expertCounts, expertWeightSum, topPairs }: RouterEvent): string | undefined {
  if (expertCounts.length !== numExperts) return `expertCounts has ${expertCounts.length} numbers, numExperts is ${numExperts}`;
  if (expertWeightSum !== null && expertWeightSum.length !== numExperts) {
    return `expertWeightSum has ${expertWeightSum.length} numbers, numExperts is ${numExperts}`;
  }
  if (topK > numExperts) return `topK is ${topK}, more than numExperts (${numExperts})`;
  const pair = topPairs.findIndex(({ a, b }) => a >= numExperts || b >= numExperts);
  return pair < 0 ? undefined : `topPairs[${pair}] names an expert beyond numExperts (${numExperts})`;
}
