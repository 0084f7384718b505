import type { RoutingWindow } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** Routing health per layer and 10 s. Read by the sink. */
export const window = topic<RoutingWindow>({
  name: "gatewatch.window",
  role: "output",
  key: ["deploymentId", "instanceId"],
  eventTime: "windowStart",
  table: "window",
});
