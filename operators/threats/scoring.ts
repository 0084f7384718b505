import { canonicalForms, type Pass } from "./decoding/canonical.ts";
import { httpSignatures } from "./signatures/index.ts";
import { promptSignatures } from "./signatures/prompt-injection.ts";
import type { Signature } from "./signatures/signature.ts";
import type { PlaceKind, Unit } from "./units/unit.ts";

/** One signature found in one string. */
export interface Hit {
  readonly signature: Signature;
  /** The whole string as it was matched: decoded, in lower case. */
  readonly text: string;
  /** Where in it, and how many characters. */
  readonly at: number;
  readonly length: number;
}

/** What the signatures say of one string. */
export interface UnitScore {
  readonly unit: Unit;
  /** 1 - product of (1 - weight) over the signatures found: ranks, is no probability, never reaches 1. */
  readonly score: number;
  /** Heaviest first. */
  readonly hits: readonly Hit[];
  readonly passes: readonly Pass[];
}

/** Most values of real traffic end here: a word, a number, an id. */
const plain = /^[\w-]{0,40}$/;
/** Having to decode what no transport encodes is weak by itself: trackers do it too. It counts only beside a hit. */
const hiddenWeight = 0.15;

/** Signatures of each place, so that none is tried where it does not belong. */
const byPlace = new Map<PlaceKind, readonly Signature[]>();
const signaturesOf = (kind: PlaceKind): readonly Signature[] => {
  let found = byPlace.get(kind);
  if (found === undefined) {
    const all = kind === "prompt" ? promptSignatures : httpSignatures;
    found = all.filter(({ places }) => places === undefined || places.includes(kind));
    byPlace.set(kind, found);
  }
  return found;
};

/** Scores one string; undefined where nothing was found. The form with the highest score counts, the others would say it twice. */
export function scoreUnit(unit: Unit): UnitScore | undefined {
  if (unit.kind !== "path" && unit.kind !== "user agent" && plain.test(unit.text)) {
    if (unit.kind !== "query name" && unit.kind !== "body name" && unit.text.length < 16) return undefined;
  }
  let best: UnitScore | undefined;
  for (const { text, passes } of canonicalForms(unit.text, unit.urlEncoded)) {
    const hits = hitsIn(text, unit.kind);
    if (hits.length === 0) continue;
    const left = hits.reduce((rest, { signature }) => rest * (1 - signature.weight), passes.length > 0 ? 1 - hiddenWeight : 1);
    if (best === undefined || 1 - left > best.score) best = { unit, score: 1 - left, hits, passes };
  }
  return best;
}

function hitsIn(text: string, kind: PlaceKind): Hit[] {
  const hits: Hit[] = [];
  for (const signature of signaturesOf(kind)) {
    const found = signature.pattern.exec(text);
    if (found !== null) hits.push({ signature, text, at: found.index, length: found[0].length });
  }
  return hits.sort((a, b) => b.signature.weight - a.signature.weight);
}
