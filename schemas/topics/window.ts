import type { RoutingWindow } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * Routing health per layer and 10 s. Read by the sink.
 * Order: that of an instance, by the ends of the windows; one record a window, never a correction of an earlier one.
 */
export const window = topic<RoutingWindow>({
  name: "gatewatch.window",
  role: "output",
  key: ["deploymentId", "instanceId"],
  eventTime: "windowStart",
  table: "window",
});
