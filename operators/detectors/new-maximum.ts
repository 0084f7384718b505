import type { FieldSpecs, StructOf } from "../stream/codec.ts";

/** Scores that none after them exceeds, oldest first, with the step they came at. */
export const maximumFields = {
  step: "uint32",
  kept: { list: { struct: { step: "uint32", score: "float64" } } },
} as const satisfies FieldSpecs;

/** What the filter remembers: at most one entry a step of its reach. */
export type Maximum = StructOf<typeof maximumFields>;

export const newMaximum = (): Maximum => ({ step: 0, kept: [] });

/**
 * The score where it exceeds every score of the last `reach` steps, else 0: one excursion is said once, and again only where it
 * grows. In place.
 *
 *     scores   1  5  3  5  7     reach 3
 *     passed   1  5  0  0  7
 */
export function passNewMaximum(state: Maximum, score: number, reach: number): number {
  const { kept } = state;
  state.step += 1;
  while (kept.length > 0 && (kept[0]?.step ?? 0) < state.step - reach) kept.shift();
  const largest = kept[0]?.score ?? 0;
  while (kept.length > 0 && (kept.at(-1)?.score ?? 0) <= score) kept.pop();
  kept.push({ step: state.step, score });
  return score > largest ? score : 0;
}
