import { canonicalForms, type Pass } from "./decoding/canonical.ts";
import { httpSignatures } from "./signatures/index.ts";
import { promptSignatures } from "./signatures/prompt-injection.ts";
import type { Signature } from "./signatures/signature.ts";
import type { PlaceKind, Unit } from "./units/unit.ts";

/** One signature found in one string. */
export interface Hit {
  readonly signature: Signature;
  /** The text around it as it was matched: decoded, in lower case, at most 160 characters. */
  readonly excerpt: string;
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
const around = 60;
const longestExcerpt = 160;
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
    if (found !== null) hits.push({ signature, excerpt: excerpt(text, found.index, found[0].length) });
  }
  return hits.sort((a, b) => b.signature.weight - a.signature.weight);
}

/** The hit and what stands around it. */
function excerpt(text: string, at: number, length: number): string {
  const start = Math.max(0, at - around);
  const end = Math.min(text.length, Math.max(start + 1, Math.min(at + length + around, start + longestExcerpt)));
  return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}
