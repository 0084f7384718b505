import type { ExpertEvent } from "../types/avro.ts";
import { topic } from "./topic.ts";
import { completeWindow, windowOrder } from "./window-times.ts";

/**
 * Expert telemetry of the engines, one event a rank, layer and window. Read by `experts`.
 * Order and key are those of `moe.router`: a lane reads the same partition of both.
 */
export const expert = topic<ExpertEvent>({
  name: "moe.expert",
  role: "input",
  key: ["deploymentId", "instanceId"],
  eventTime: "windowStart",
  complete: completeWindow,
  rules: [windowOrder],
});
