import type { Injection } from "../types/avro.ts";
import { topic } from "./topic.ts";

/**
 * What the simulator injected, where and when: the truth that alerts are judged by. Read by the sink, the console of `up` and
 * `simulate --judge`; no pipeline reads it, or its findings would prove nothing.
 * Order: that of a deployment. STARTED and ENDED of one injection have one `startTs`, and ids of their own.
 */
export const injection = topic<Injection>({
  name: "gatewatch.injection",
  role: "output",
  key: ["deploymentId"],
  eventTime: "ts",
  table: "injection",
});
