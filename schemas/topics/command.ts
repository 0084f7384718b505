import type { Command } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** Orders of people and programs. Read by `metrics`, `experts`, `threats`, `incidents`. */
export const command = topic<Command>({
  name: "control.command",
  role: "table",
  key: ["id"],
  eventTime: "ts",
});
