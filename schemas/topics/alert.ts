import type { Alert } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** What people and programs subscribe to; `kind`, `severity` and `entity` (`type:id`) also stand in the record's headers. */
export const alert = topic<Alert>({
  name: "gatewatch.alert",
  role: "output",
  key: ["deploymentId"],
  eventTime: "ts",
  table: "alert",
  headers: ({ kind, severity, entity }) => ({ kind, severity, entity: `${entity.type}:${entity.id}` }),
  urgent: true,
});
