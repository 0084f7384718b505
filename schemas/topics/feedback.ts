import type { Feedback } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * Verdicts on alerts. Read by `metrics`, `experts`, `threats`, `incidents`.
 * Read whole by every lane, whichever lane has made the alert.
 */
export const feedback = topic<Feedback>({
  name: "control.feedback",
  role: "table",
  key: ["id"],
  eventTime: "ts",
});
