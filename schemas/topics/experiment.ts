import type { Experiment } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** Planned faults. Read by the fault experiments. */
export const experiment = topic<Experiment>({
  name: "control.experiment",
  role: "table",
  key: ["id"],
  eventTime: "ts",
});
