import { evidenceText } from "../threats/evidence-text.ts";
import { scoreUnit } from "../threats/scoring.ts";
import { bodyUnits, isForm } from "../threats/units/body-units.ts";
import { unit } from "../threats/units/unit.ts";
import { attackScore } from "./attack.ts";
import { maskedWindow } from "./mask.ts";
import { maskedForm } from "./masked-pairs.ts";

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
  const masked = as === "body" && isForm(text, contentType) ? maskedForm(text, chars) : maskedWindow(text, 0, Math.min(chars, text.length));
  if (text.length <= chars) return { text: masked, cut: false };
  // Masks may be longer than what they stand for.
  const head = whole(masked.slice(0, chars));
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
    worst = { score: scored.score, text: evidenceText(hit) };
  }
  return worst;
}
