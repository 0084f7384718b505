import { scoreUnit } from "../threats/scoring.ts";
import { bodyUnits } from "../threats/units/body-units.ts";
import { unit } from "../threats/units/unit.ts";
import { maskPersonalData } from "./mask.ts";

/** From here on a string reads like an attack, and its evidence is kept. */
export const attackScore = 0.5;
/** What is masked beyond the cut, so that nothing is cut in half and escapes its pattern. */
const lookahead = 512;

/**
 * The beginning of a text with personal data masked; where the text goes on and something in it reads like an attack, a few words
 * around that too, after `[…]`, decoded as the signatures saw it. `cut` tells that there was more.
 */
export function excerptOf(
  text: string,
  chars: number,
  as: "prompt" | "body",
  contentType = "",
): { readonly text: string; readonly cut: boolean } {
  if (text.length <= chars) return { text: maskPersonalData(text), cut: false };
  const head = whole(maskPersonalData(text.slice(0, chars + lookahead)).slice(0, chars));
  const evidence = attackIn(text, as, contentType);
  const shown = evidence !== undefined && (attackIn(head, as, contentType)?.score ?? 0) >= evidence.score;
  const kept = evidence === undefined || shown ? head : `${head} […] ${evidence.text}`;
  return { text: kept, cut: true };
}

/** Half a surrogate pair at the end is no character. */
const whole = (text: string): string => (/[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text);

interface Evidence {
  readonly score: number;
  readonly text: string;
}

/** The worst string's text around its heaviest signature, masked but for addresses, which an attack may aim at. */
function attackIn(text: string, as: "prompt" | "body", contentType: string): Evidence | undefined {
  const units = as === "prompt" ? [unit("prompt", "", text)] : bodyUnits(text, contentType, false);
  let worst: Evidence | undefined;
  for (const one of units) {
    const scored = scoreUnit(one);
    const [hit] = scored?.hits ?? [];
    if (scored === undefined || hit === undefined || scored.score < (worst?.score ?? attackScore)) continue;
    worst = { score: scored.score, text: maskPersonalData(hit.excerpt, { addresses: false }) };
  }
  return worst;
}
