import { outputId } from "../../../operators/stream/output-id.ts";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import type { TokenRoute } from "./token-route.ts";

/** What is counted apart: one layer of one instance, in one phase, under one shape of gate. */
export interface LayerScope {
  readonly deploymentId: string;
  readonly instanceId: string;
  readonly source: RouterEventInput["source"];
  readonly numExperts: number;
  readonly topK: number;
  readonly layer: number;
  readonly phase: NonNullable<TokenRoute["phase"]>;
}

/**
 * Counts the tokens of one layer in one window. Entropy and margin are over the weights of the chosen experts, normalised to a
 * sum of one: a gate's whole distribution is seldom written down. They, and the weight sums, are only there where every token
 * came with weights.
 */
export class LayerWindow {
  readonly scope: LayerScope;
  /** In microseconds, inclusive. */
  readonly start: number;
  /** In microseconds, exclusive. */
  readonly end: number;
  readonly #counts: number[];
  readonly #weightSums: number[];
  #tokens = 0;
  #weighted = 0;
  #assignments = 0;
  #entropies = 0;
  #margins = 0;

  constructor(scope: LayerScope, start: number, end: number) {
    this.scope = scope;
    this.start = start;
    this.end = end;
    this.#counts = new Array<number>(scope.numExperts).fill(0);
    this.#weightSums = new Array<number>(scope.numExperts).fill(0);
  }

  add({ experts, weights }: TokenRoute): void {
    this.#tokens += 1;
    for (const expert of experts) {
      if (expert < 0) continue;
      this.#counts[expert] = (this.#counts[expert] ?? 0) + 1;
      this.#assignments += 1;
    }
    if (weights !== undefined) this.#weigh(experts, weights);
  }

  #weigh(experts: readonly number[], weights: readonly number[]): void {
    const taken: number[] = [];
    for (const [at, expert] of experts.entries()) {
      const weight = weights[at] ?? 0;
      if (expert < 0) continue;
      taken.push(weight);
      this.#weightSums[expert] = (this.#weightSums[expert] ?? 0) + weight;
    }
    const sum = taken.reduce((a, b) => a + b, 0);
    if (!(sum > 0)) return;
    this.#weighted += 1;
    const [first = 0, second = 0] = taken.toSorted((a, b) => b - a);
    this.#margins += (first - second) / sum;
    for (const weight of taken) if (weight > 0) this.#entropies -= (weight / sum) * Math.log(weight / sum);
  }

  /** As it stands. The same tokens give the same `eventId`, by which a double is known. */
  value(): RouterEventInput {
    const { scope, start, end } = this;
    const { deploymentId, instanceId, source, layer, phase, numExperts, topK } = scope;
    const all = this.#weighted === this.#tokens;
    return {
      eventId: outputId(["routes", deploymentId, instanceId, layer, phase, start, this.#tokens, this.#counts.join()]),
      windowStart: start,
      windowEnd: end,
      deploymentId,
      instanceId,
      source,
      phase,
      layer,
      numExperts,
      topK,
      tokens: this.#tokens,
      assignments: this.#assignments,
      droppedTokens: this.#tokens * topK - this.#assignments,
      expertCounts: [...this.#counts],
      expertWeightSum: all ? [...this.#weightSums] : null,
      tokenEntropyMean: all ? Math.max(0, this.#entropies / this.#tokens) : null,
      top1MarginMean: all ? this.#margins / this.#tokens : null,
    };
  }
}
