import { decodeBase64 } from "./base64.ts";
import { decodeEntities } from "./entities.ts";
import { decodeEscapes } from "./escapes.ts";
import { decodePercent, decodePlus } from "./percent.ts";
import { foldSqlComments } from "./sql-comments.ts";
import { foldUnicode } from "./unicode-forms.ts";

/** A pass that changed the text beyond what its transport calls for: weak signs of hiding, each told in the evidence. */
export type Pass = "percent" | "html entities" | "escapes" | "unicode forms" | "base64" | "null bytes" | "sql comments";

/** A text as signatures see it: decoded, folded, in lower case. */
export interface Canonical {
  readonly text: string;
  /** In the order in which they had an effect. */
  readonly passes: readonly Pass[];
}

/** Rounds of decoding after the transport's own; more than a server and two proxies would undo. */
const rounds = 3;
/** Longest canonical text, in characters; unfolding may make a text longer than it came. */
const longest = 65_536;

const nulls = /\0+/g;
const spaces = /[\s\u00a0]+/g;
const hexCharacters = /0x(2e|2f|5c)/g;
const byHex: Readonly<Record<string, string>> = { "2e": ".", "2f": "/", "5c": "\\" };

/**
 * All readings of one value that are worth matching: itself through every pass, and what base64 in it says. `urlEncoded` where
 * the transport encodes it, as in a path, a query or a form: that round is no sign of anything.
 */
export function canonicalForms(raw: string, urlEncoded: boolean): Canonical[] {
  const passes = new Set<Pass>();
  const decoded = unfold(urlEncoded ? decodePercent(decodePlus(raw)) : raw, passes);
  const forms = [{ text: flatten(decoded, passes), passes: [...passes] }];
  // A plus is a character of base64, whatever it is to a form.
  for (const inner of decodeBase64(urlEncoded ? decodePercent(raw) : decoded)) {
    const hidden = new Set<Pass>(["base64"]);
    forms.push({ text: flatten(unfold(inner, hidden), hidden), passes: [...hidden] });
  }
  return forms;
}

/** Percent, entities and escapes until nothing changes: they are nested in any order. */
function unfold(text: string, passes: Set<Pass>): string {
  let now = text;
  for (let round = 0; round < rounds; round += 1) {
    const before = now;
    now = tried(now, decodePercent, "percent", passes);
    now = tried(now, decodeEntities, "html entities", passes);
    now = tried(now, decodeEscapes, "escapes", passes);
    if (now === before) break;
  }
  return now;
}

/** One line, lower case, without what splits words. A run of white space with a line break in it stays a line break. */
function flatten(text: string, passes: Set<Pass>): string {
  let now = tried(text, foldUnicode, "unicode forms", passes).slice(0, longest);
  now = tried(now, (one) => one.replace(nulls, ""), "null bytes", passes);
  now = tried(now, foldSqlComments, "sql comments", passes);
  now = now.toLowerCase().replace(spaces, (run) => (run.includes("\n") || run.includes("\r") ? "\n" : " "));
  return now.includes("0x") ? now.replace(hexCharacters, (whole, code: string) => byHex[code] ?? whole) : now;
}

function tried(text: string, pass: (text: string) => string, name: Pass, passes: Set<Pass>): string {
  const passed = pass(text);
  if (passed !== text) passes.add(name);
  return passed;
}
