import type { Incident } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * Incidents, a record each change. Read by the sink.
 * Order: that of an incident; its newest record is its state.
 */
export const incident = topic<Incident>({
  name: "gatewatch.incident",
  role: "output",
  key: ["id"],
  eventTime: "ts",
  table: "incident",
  urgent: true,
});
