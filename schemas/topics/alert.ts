import type { Alert } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * What people and programs subscribe to; `kind`, `severity` and `entity` (`type:id`) also stand in the record's headers.
 * Order: that of a deployment. The same cause gives the same `id`, so a reader can tell a replay from news.
 */
export const alert = topic<Alert>({
  name: "gatewatch.alert",
  role: "output",
  key: ["deploymentId"],
  eventTime: "ts",
  table: "alert",
  headers: ({ kind, severity, entity }) => ({ kind, severity, entity: `${entity.type}:${entity.id}` }),
  urgent: true,
});
