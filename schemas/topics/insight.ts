import type { Insight } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** Forecasts, crossings, cache advice, impact, root causes. Read by the sink. */
export const insight = topic<Insight>({
  name: "gatewatch.insight",
  role: "output",
  key: ["deploymentId"],
  eventTime: "ts",
  table: "insight",
});
