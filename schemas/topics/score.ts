import type { SeriesScore } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** Statistics per series and 30 s, and scores of requests. Read by `incidents`, the sink. */
export const score = topic<SeriesScore>({
  name: "gatewatch.score",
  role: "output",
  key: ["deploymentId"],
  eventTime: "windowStart",
  table: "score",
});
