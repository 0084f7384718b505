import type { LoadWindowInput } from "../../../schemas/types/avro.ts";
import { type Deployment, micros } from "../deployment.ts";
import type { SimulatedEvent } from "../slice.ts";

/** `moe.load` as a gateway that counts would send it: requests by their arrival, output by their end, in tumbling windows. */
export class LoadCounts {
  readonly #deployment: Deployment;
  #startMs: number;
  #sums = { requests: 0, inputTokens: 0, outputTokens: 0 };

  constructor(deployment: Deployment, startMs: number) {
    this.#deployment = deployment;
    this.#startMs = startMs;
  }

  /** Counts a second's events; the window that ends with it comes back. */
  count(events: readonly SimulatedEvent[], endMs: number): SimulatedEvent[] {
    for (const { topic, value } of events) {
      if (topic !== "moe.request") continue;
      const { state, inputTokens = 0, outputTokens = 0 } = value as { state?: string; inputTokens?: number; outputTokens?: number };
      if (state === "RECEIVED") {
        this.#sums.requests += 1;
        this.#sums.inputTokens += inputTokens;
      } else if (state === "FINISHED" || state === "ABORTED") this.#sums.outputTokens += outputTokens;
    }
    if (endMs - this.#startMs < this.#deployment.loadEveryMs) return [];
    const { clusterId, deploymentId, modelId, instances } = this.#deployment;
    const window: LoadWindowInput = {
      ...{ clusterId, deploymentId, modelId, source: "SIM", replicas: instances },
      windowStart: micros(this.#startMs),
      windowEnd: micros(endMs),
      ...this.#sums,
    };
    this.#startMs = endMs;
    this.#sums = { requests: 0, inputTokens: 0, outputTokens: 0 };
    return [{ topic: "moe.load", value: { ...window } }];
  }
}
