import type { AimedFault } from "../faults/aim.ts";

/** How much longer the same work takes on a GPU that runs at half its clock. */
export const sickSlowness = 2.2;

/** Assignments of each rank. */
export function rankLoads(counts: readonly number[], rankOf: readonly number[], ranks: number): number[] {
  const loads = Array.from({ length: ranks }, () => 0);
  for (const [expert, count] of counts.entries()) loads[rankOf[expert] ?? 0] = (loads[rankOf[expert] ?? 0] ?? 0) + count;
  return loads;
}

/** Mean / max of the ranks' loads; 1 is even. Ranks without an expert count for nothing. */
export function balancedness(counts: readonly number[], rankOf: readonly number[]): number {
  const loads = rankLoads(counts, rankOf, Math.max(...rankOf) + 1);
  const most = Math.max(...loads);
  return most === 0 ? 1 : loads.reduce((a, b) => a + b, 0) / loads.length / most;
}

/** Of a rank of an instance under these faults: 1 is healthy. */
export const slowness = (faults: readonly AimedFault[], instance: number, rank: number): number =>
  faults.some((fault) => fault.name === "sick-gpu" && fault.instance === instance && fault.rank === rank) ? sickSlowness : 1;

/** A healthy placement under a usual load comes to about this. */
const usualExcess = 1.15;
/** Of a step's time, what does not wait for experts. */
const fixedShare = 0.5;

/** How much longer an engine's steps take than healthy ones: each layer waits for the rank that is last. */
export function stepSlowdown(
  layers: readonly (readonly number[])[],
  ranksOf: (layer: number) => readonly number[],
  slow: readonly number[],
): number {
  if (layers.length === 0) return 1;
  let sum = 0;
  for (const [layer, counts] of layers.entries()) {
    const loads = rankLoads(counts, ranksOf(layer), slow.length);
    const mean = loads.reduce((a, b) => a + b, 0) / loads.length || 1;
    sum += Math.max(...loads.map((load, rank) => (load / mean) * (slow[rank] ?? 1)));
  }
  return fixedShare + (1 - fixedShare) * (sum / layers.length / usualExcess);
}
