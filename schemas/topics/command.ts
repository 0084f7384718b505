import type { Command } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * Orders of people and programs. Read by `metrics`, `experts`, `threats`, `incidents`.
 * Read in one order by every lane; an order takes effect where the lane meets it, not at a time of day.
 */
export const command = topic<Command>({
  name: "control.command",
  role: "table",
  key: ["id"],
  eventTime: "ts",
  planned: ["expiresTs"],
});
