import type { Indicator } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** What is known to be bad; a null value takes an indicator back. Read by `threats`. */
export const intel = topic<Indicator>({
  name: "threat.intel",
  role: "table",
  key: ["indicator"],
  eventTime: "ts",
});
