import type { Deployment } from "../deployment.ts";
import type { AimedFault } from "../faults/aim.ts";
import type { Popularity } from "./popularity.ts";

/** Which rank has which experts, layer by layer, under one version. */
export interface Placement {
  readonly version: number;
  /** Rank of each expert, by its number. */
  ranksOf(layer: number): readonly number[];
}

/** Placements of one deployment: the one made for its load, and the one that a stale plan brings. */
export class Placements {
  readonly #good: readonly (readonly number[])[];
  readonly #stale: readonly (readonly number[])[];

  constructor({ layers, ranks }: Deployment, popularity: Popularity) {
    const each = (make: (base: readonly number[]) => number[]) =>
      Array.from({ length: layers }, (_, layer) => make(popularity.base(layer)));
    this.#good = each((base) => packed(base, ranks));
    this.#stale = each((base) => heaped(base, ranks));
  }

  /** Of an instance at this time. Versions only grow: a change takes the second it happened in. */
  at(atMs: number, instance: number, faults: readonly AimedFault[]): Placement {
    const changes = faults.filter(({ name, instance: hit, startMs }) => name === "stale-placement" && hit === instance && startMs <= atMs);
    const newest = Math.max(0, ...changes.map(({ startMs, endMs }) => (endMs <= atMs ? endMs : startMs)));
    const isStale = changes.some(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
    const ranks = isStale ? this.#stale : this.#good;
    return { version: 1 + Math.floor(newest / 1_000), ranksOf: (layer) => ranks[layer] ?? [] };
  }
}

/** The hottest expert left to the rank with the least load that has room: every rank gets equally many. */
function packed(base: readonly number[], ranks: number): number[] {
  const loads = Array.from({ length: ranks }, () => ({ load: 0, slots: base.length / ranks }));
  const placed = base.map(() => 0);
  for (const expert of hottestFirst(base)) {
    let best = -1;
    for (const [rank, { load, slots }] of loads.entries()) if (slots > 0 && (best < 0 || load < (loads[best]?.load ?? 0))) best = rank;
    const to = loads[best];
    if (to === undefined) continue;
    to.load += base[expert] ?? 0;
    to.slots -= 1;
    placed[expert] = best;
  }
  return placed;
}

/** The hottest all on one rank, as a plan for another load can have it. */
function heaped(base: readonly number[], ranks: number): number[] {
  const placed = base.map(() => 0);
  for (const [place, expert] of hottestFirst(base).entries()) placed[expert] = Math.floor((place * ranks) / base.length);
  return placed;
}

const hottestFirst = (base: readonly number[]): number[] =>
  base.map((_, expert) => expert).sort((a, b) => (base[b] ?? 0) - (base[a] ?? 0) || a - b);
