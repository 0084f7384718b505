import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { type Deployment, eventHead, micros } from "../deployment.ts";
import { shuffled, streamOf } from "../draws.ts";
import type { AimedFault } from "../faults/aim.ts";
import type { Random } from "../random.ts";
import { clustered, deal } from "./deal.ts";
import type { Placement } from "./placement.ts";
import type { Popularity } from "./popularity.ts";
import { balancedness } from "./rank-times.ts";
import { bent, droppedShare } from "./routing-faults.ts";
import type { WindowLoad } from "./window-load.ts";

/** One instance over one window. */
export interface RouterWindow {
  readonly startMs: number;
  readonly instance: number;
  readonly load: WindowLoad;
  readonly steps: { readonly first: number; readonly last: number };
  readonly placement: Placement;
  /** Those that are on in this window, of this instance and of none. */
  readonly faults: readonly AimedFault[];
}

/** The events of an instance's routers for one window, a layer each: assignments = tokens x topK - droppedTokens. */
export function routerEvents(deployment: Deployment, popularity: Popularity, window: RouterWindow): RouterEventInput[] {
  const { seed, layers, windowMs } = deployment;
  const { startMs, instance, load } = window;
  if (load.tokens === 0) return [];
  return Array.from({ length: layers }, (_, layer) => {
    const random = streamOf(seed, "router", instance, layer, startMs);
    const faults = window.faults.filter((fault) => fault.instance === instance && fault.layer === layer);
    const shares = bent(popularity.shares(layer, startMs, load.mix), faults, deployment.topK);
    const { expertCounts, droppedTokens } = counted(deployment, window, { layer, shares, faults, random });
    const assignments = expertCounts.reduce((a, b) => a + b, 0);
    return {
      ...eventHead(deployment, instance),
      windowStart: micros(startMs),
      windowEnd: micros(startMs + windowMs),
      stepFirst: window.steps.first,
      stepLast: window.steps.last,
      phase: "MIXED",
      layer,
      numExperts: deployment.experts,
      topK: deployment.topK,
      gate: "SOFTMAX",
      tokens: load.tokens,
      assignments,
      expertCounts,
      tokenEntropyMean: tokenEntropy(shares, random),
      droppedTokens,
      capacityFactor: droppedTokens > 0 ? 1 : null,
      engineBalancedness: claimed(balancedness(expertCounts, window.placement.ranksOf(layer)), window),
      placementVersion: window.placement.version,
      tenantTop: tenantTop(load, deployment, random),
    };
  });
}

interface Layer {
  readonly layer: number;
  readonly shares: readonly number[];
  readonly faults: readonly AimedFault[];
  readonly random: Random;
}

function counted({ seed, topK }: Deployment, { load }: RouterWindow, { layer, shares, faults, random }: Layer) {
  const { tokens, repeatedTokens, concentration } = load;
  const usual = tokens - repeatedTokens;
  const isDropping = faults.some(({ name }) => name === "token-drops");
  const overCapacity = isDropping ? Math.round(usual * topK * droppedShare * (0.8 + 0.4 * random.next())) : 0;
  const expertCounts = deal(usual * topK - overCapacity, clustered(shares, concentration, random), usual, random);
  if (repeatedTokens > 0)
    for (const expert of repeatedSet(seed, layer, shares, topK)) expertCounts[expert] = (expertCounts[expert] ?? 0) + repeatedTokens;
  // Also what found no room, where fewer experts are alive than a token picks.
  return { expertCounts, droppedTokens: tokens * topK - expertCounts.reduce((a, b) => a + b, 0) };
}

/** One token, one set of living experts: another for each layer, the same for everyone who repeats it. */
const repeatedSet = (seed: number, layer: number, shares: readonly number[], topK: number): number[] =>
  shuffled(
    shares.map((_, expert) => expert),
    streamOf(seed, "repeated", layer),
  )
    .filter((expert) => (shares[expert] ?? 0) > 0)
    .slice(0, topK);

/** In nats; a gate is surer of a token than the shares of all tokens would have it. */
function tokenEntropy(shares: readonly number[], random: Random): number {
  const entropy = -shares.reduce((sum, share) => (share > 0 ? sum + share * Math.log(share) : sum), 0);
  return entropy * (0.62 + 0.01 * random.normal());
}

/** An engine that lies says that all is even, whatever its counts are. */
function claimed(honest: number, { faults, instance, startMs }: RouterWindow): number {
  const lies = faults.some(({ name, instance: hit }) => name === "lying-engine" && hit === instance);
  return lies ? 0.985 + 0.01 * streamOf(startMs, "lie", instance).next() : honest;
}

function tenantTop({ tenants }: WindowLoad, { experts, topK }: Deployment, random: Random): RouterEventInput["tenantTop"] {
  return tenants.map(({ tenantHash, tokens, repeatedShare }) => ({
    tenantHash,
    tokens,
    distinctExperts: Math.max(
      topK,
      Math.min(experts, Math.round(experts * (1 - Math.exp((-tokens * topK * (1 - repeatedShare)) / (experts * 3))))),
    ),
    topSetShare: Math.min(1, repeatedShare + (1 - repeatedShare) * Math.min(1, 0.03 + 1 / Math.max(1, tokens) + 0.02 * random.next())),
  }));
}
