import type { ThreatCategory } from "../threat-category.ts";
import type { PlaceKind } from "../units/unit.ts";

/**
 * One pattern over canonical text (lower case, white space runs as one space or one line break). Linear: no nested repetition, and
 * every gap has an upper bound, so that a hostile text costs a bounded number of steps a character.
 */
export interface Signature {
  /** `family.what`, stable: alerts name it. */
  readonly id: string;
  readonly category: ThreatCategory;
  /** How far a hit alone goes to say "attack", 0 to 1: judged, not learnt. Several hits add up as 1 - (1 - a)(1 - b). */
  readonly weight: number;
  readonly pattern: RegExp;
  /** Where it is looked for; anywhere but in prompts if left out. */
  readonly places?: readonly PlaceKind[];
}

/** Weights by words, so that a list of signatures reads as judgements. */
export const weights = { certain: 0.9, strong: 0.75, fair: 0.55, weak: 0.3 } as const;

/** A signature as its family's list writes it. */
export type Line = readonly [what: string, weight: keyof typeof weights, pattern: RegExp, places?: readonly PlaceKind[]];

/** A family of one category. */
export const family = (name: string, category: ThreatCategory, lines: readonly Line[]): Signature[] =>
  lines.map(([what, weight, pattern, places]) => ({
    id: `${name}.${what}`,
    category,
    weight: weights[weight],
    pattern,
    ...(places === undefined ? {} : { places }),
  }));
