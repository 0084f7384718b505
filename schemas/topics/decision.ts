import type { Decision } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * What should be done, or was. Read by the sink, `governance`, autoscalers.
 * Order: that of a deployment; whoever acts on it takes the newest.
 */
export const decision = topic<Decision>({
  name: "gatewatch.decision",
  role: "output",
  key: ["deploymentId"],
  eventTime: "ts",
  planned: ["expiresTs"],
  table: "decision",
  urgent: true,
});
