import type { Policy } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * Policies in force. Read by `governance`.
 * The newest record of an id counts, from the place on where a lane has read it: a replay decides as the first run did.
 */
export const policy = topic<Policy>({
  name: "control.policy",
  role: "table",
  key: ["id"],
  eventTime: "ts",
});
