import { isAttack } from "./attack.ts";
import { isPromptName } from "./carries-prompt.ts";
import { decodedFully, maskSecret, maskValue } from "./masked-value.ts";
import { isSecretName } from "./secret-names.ts";

const promptMask = "[prompt]";

interface PairPolicy {
  /** Whether values that carry prompts by name are kept. */
  readonly prompts?: boolean;
  /** Characters of the pair to keep. */
  readonly most?: number | undefined;
}

/** `name=value`, of a query or a form, by what its name says that it holds. */
export function maskPair(pair: string, { prompts = true, most }: PairPolicy = {}): string {
  const equals = pair.indexOf("=");
  if (equals < 0) return maskValue(pair, "query", { most });
  const name = pair.slice(0, equals);
  const value = pair.slice(equals + 1);
  return `${maskValue(name, "query name", { most })}=${valueKept(name, value, prompts, most === undefined ? most : Math.max(0, most - equals - 1))}`.slice(
    0,
    most,
  );
}

function valueKept(name: string, value: string, prompts: boolean, most: number | undefined): string {
  if (value === "") return "";
  if (!prompts && isPromptName(decodedFully(name)) && !isAttack(value, "query")) return promptMask;
  return isSecretName(name) ? maskSecret(value, "query") : maskValue(value, "query", { most });
}

/** Nothing in a form is read this far beyond what is kept of it, in characters. */
const lookahead = 8_192;

/** The first so many characters of a form, masked: each pair as in a query. */
export function maskedForm(text: string, chars: number): string {
  const pairs: string[] = [];
  for (let at = 0; at < Math.min(chars, text.length); ) {
    const end = text.indexOf("&", at);
    const next = end < 0 ? text.length : end;
    pairs.push(maskPair(text.slice(at, Math.min(next, chars + lookahead)), next <= chars ? {} : { most: chars - at }));
    at = next + 1;
  }
  return pairs.join("&");
}
