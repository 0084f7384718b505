import type { Injection } from "../types/avro.ts";
import { topic } from "./topic.ts";

/** An alert may answer an injection so long after its end: windows close late, and detectors confirm over several. Event time. */
export const graceMs = 60_000;

/**
 * What the simulator injected, where and when: the truth that alerts are judged by. Read by the sink, the console and page of `up` and
 * the judge of the simulator; no pipeline reads it, or its findings would prove nothing.
 * Order: that of a deployment. STARTED and ENDED of one injection have one `startTs`, and ids of their own.
 */
export const injection = topic<Injection>({
  name: "gatewatch.injection",
  role: "output",
  key: ["deploymentId"],
  eventTime: "ts",
  planned: ["endTs"],
  table: "injection",
});
