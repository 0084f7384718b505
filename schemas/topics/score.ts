import type { SeriesScore } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * Statistics per series and 30 s, and scores of requests. Read by `incidents`, the sink.
 * Order: that of a deployment, so that what went wrong together is read together.
 */
export const score = topic<SeriesScore>({
  name: "gatewatch.score",
  role: "output",
  key: ["deploymentId"],
  eventTime: "windowStart",
  table: "score",
});
