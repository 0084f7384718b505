import type { LoadWindow } from "../types/avro.ts";
import { topic } from "./topic.ts";
import { completeWindow, windowOrder } from "./window-times.ts";

/**
 * Load per deployment and window, of gateways that count or of the `load` pipeline. Read by `scaling`, `incidents`, the sink.
 * Order: that of a deployment. Whoever counts by itself does not run `load`, or everything is counted twice.
 */
export const load = topic<LoadWindow>({
  name: "moe.load",
  role: "input",
  key: ["deploymentId"],
  eventTime: "windowStart",
  table: "load",
  complete: completeWindow,
  rules: [windowOrder],
});
