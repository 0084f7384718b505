import type { RouterEventInput } from "../../schemas/types/avro.ts";
import { type Random, seeded } from "./random.ts";

/** A deployment to imitate. The same values give the same events on every machine. */
export interface RouterLoad {
  readonly seed: number;
  readonly deploymentId: string;
  /** Each sends its own events; they share popularity, not chance. */
  readonly instances: number;
  readonly layers: number;
  /** A layer; the same in all. */
  readonly experts: number;
  /** Assignments of a token. */
  readonly topK: number;
  /** Mean tokens of an instance in one window. */
  readonly tokens: number;
  /** Length of an event's window. */
  readonly windowMs: number;
  /** A router collapse once in each period, for so long: in this layer of the first instance, or elsewhere each time where none is named. */
  readonly collapse?: { readonly layer?: number; readonly everyMs: number; readonly lastsMs: number };
}

/** Zipf exponent of expert popularity: 0.60 to 0.65 over 256 experts matches a published DeepSeek-R1 table (field notes on experts). */
const zipf = 0.6;
/** Standard deviation of an expert's log share between windows: real routing is overdispersed, about 60 times binomial variance. */
const drift = 0.15;
/** Share of all assignments that the few favourites of a collapsed router take. */
const collapsedShare = 0.85;

/**
 * Router events of a healthy deployment window by window, with a collapse where asked. Endless, seeded, in event-time order;
 * `startMs` is the beginning of the first window. Counts add up: assignments = tokens x k - droppedTokens.
 */
export function* routerLoad(load: RouterLoad, startMs: number): Generator<RouterEventInput[]> {
  const random = seeded(load.seed);
  const popularity = Array.from({ length: load.layers }, () => shuffled(zipfShares(load.experts), random));
  for (let at = startMs; ; at += load.windowMs) {
    const events: RouterEventInput[] = [];
    for (let instance = 0; instance < load.instances; instance += 1) {
      const tokens = Math.max(1, Math.round(load.tokens * (1 + 0.1 * random.normal())));
      for (const [layer, shares] of popularity.entries()) {
        const collapsed = isCollapsed(load, { instance, layer }, startMs, at);
        events.push(routerEvent(load, { at, instance, layer, tokens, shares: collapsed ? collapse(shares, load.topK) : shares }, random));
      }
    }
    yield events;
  }
}

/** Whether the collapse is on in this layer of this instance; the first begins a quarter period after the start. */
function isCollapsed(load: RouterLoad, at: { instance: number; layer: number }, startMs: number, nowMs: number): boolean {
  if (load.collapse === undefined) return false;
  const { layer, everyMs, lastsMs } = load.collapse;
  const since = nowMs - startMs - everyMs / 4;
  if (since < 0 || since % everyMs >= lastsMs) return false;
  if (layer !== undefined) return at.instance === 0 && at.layer === layer;
  // Counted from 1970, so that a load that starts again does not wear out one layer's baseline: another place each period, and
  // another for each window of the period in which it began, since a layer that is still outside says nothing new.
  const begun = nowMs - (since % everyMs);
  const turn = Math.floor(begun / everyMs) + 11 * Math.floor((begun % everyMs) / load.windowMs);
  const place = turn % (load.instances * load.layers);
  return at.instance === place % load.instances && at.layer === Math.floor(place / load.instances);
}

/** One layer of one instance in one window. */
interface Slot {
  readonly at: number;
  readonly instance: number;
  readonly layer: number;
  readonly tokens: number;
  readonly shares: readonly number[];
}

function routerEvent(load: RouterLoad, { at, instance, layer, tokens, shares }: Slot, random: Random): RouterEventInput {
  const assignments = tokens * load.topK;
  return {
    windowStart: at * 1000,
    windowEnd: (at + load.windowMs) * 1000,
    clusterId: "simulated",
    modelId: "sim-moe",
    deploymentId: load.deploymentId,
    instanceId: `i-${instance}`,
    source: "SIM",
    phase: "MIXED",
    layer,
    numExperts: load.experts,
    topK: load.topK,
    tokens,
    assignments,
    expertCounts: deal(assignments, shares, random),
  };
}

/** Deals `total` out by shares that wander a little; whole numbers that add up to it exactly. */
function deal(total: number, shares: readonly number[], random: Random): number[] {
  const wandering = shares.map((share) => share * Math.exp(drift * random.normal()));
  const sum = wandering.reduce((a, b) => a + b, 0);
  const counts = wandering.map((share) => Math.floor((total * share) / sum));
  for (let missing = total - counts.reduce((a, b) => a + b, 0); missing > 0; missing -= 1) {
    const expert = random.int(0, counts.length - 1);
    counts[expert] = (counts[expert] ?? 0) + 1;
  }
  return counts;
}

/** Popularity by rank, not yet a share: `deal` divides by the sum. */
const zipfShares = (experts: number): number[] => Array.from({ length: experts }, (_, rank) => (rank + 1) ** -zipf);

/** Fisher and Yates, in place: each layer has favourites of its own. */
function shuffled(values: number[], random: Random): number[] {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const other = random.int(0, i);
    [values[i], values[other]] = [values[other] as number, values[i] as number];
  }
  return values;
}

/** The first experts take nearly everything, as when a gate's weights have run away. */
function collapse(shares: readonly number[], favourites: number): number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share, expert) => (expert < favourites ? collapsedShare / favourites : ((1 - collapsedShare) * share) / sum));
}
