import type { Policy } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** Policies in force. Read by `governance`. */
export const policy = topic<Policy>({
  name: "control.policy",
  role: "table",
  key: ["id"],
  eventTime: "ts",
});
