import type { AimedFault } from "../faults/aim.ts";

/** Of the assignments that the few favourites of a collapsed router take. */
const collapsedShare = 0.85;
/** Of the tokens that pick a hot expert: a token picks an expert once, so of the assignments it gets 1 / topK of this. */
const hotTokenShare = 0.8;
/** Of the assignments that a layer over capacity drops. */
export const droppedShare = 0.05;

/** Shares of a layer as faults leave them; the same object where none hits it. */
export function bent(shares: readonly number[], faults: readonly AimedFault[], topK: number): readonly number[] {
  let now = shares;
  for (const { name, expert } of faults) {
    if (name === "hot-expert") now = rescaled(now, [expert], hotTokenShare / topK);
    else if (name === "router-collapse") {
      // Neighbours of the one aimed at, as many as a token picks.
      const favourites = Array.from({ length: topK }, (_, i) => (expert + i) % shares.length);
      now = rescaled(now, favourites, collapsedShare);
    }
  }
  // Last: whatever else hits the layer, the dead get nothing.
  for (const { name, expert } of faults) if (name === "dead-expert") now = rescaled(now, [expert], 0);
  return now;
}

/** These share `share` evenly, the others the rest by their old proportions. */
function rescaled(shares: readonly number[], experts: readonly number[], share: number): number[] {
  const others = shares.reduce((sum, one, expert) => (experts.includes(expert) ? sum : sum + one), 0);
  return shares.map((one, expert) => (experts.includes(expert) ? share / experts.length : ((1 - share) * one) / (others || 1)));
}
