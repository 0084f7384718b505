import type { Indicator } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * What is known to be bad; a null value takes an indicator back. Read by `threats`.
 * One partition: every lane reads all of it, in one order, before its first request.
 */
export const intel = topic<Indicator>({
  name: "threat.intel",
  role: "table",
  key: ["indicator"],
  eventTime: "ts",
  planned: ["expiresTs"],
});
