import { isCardNumber, isIban } from "./check-digits.ts";
import { looksChosen, namedSecrets } from "./named-secrets.ts";

/** Kinds of personal data that patterns can find. Names, postal addresses and dates are out of reach of patterns. */
export type PersonalType = "EMAIL" | "PHONE" | "CARD" | "IBAN" | "SSN" | "IP" | "PASSWORD";

/** Where it stands in the text, in UTF-16 units; `end` exclusive. */
export interface PersonalSpan {
  readonly start: number;
  readonly end: number;
  readonly type: PersonalType;
}

interface Rule {
  readonly type: PersonalType;
  readonly pattern: RegExp;
  /** Whether what the pattern found is it, given what stands before it. */
  readonly is?: (found: string, before: string) => boolean;
  /** Number of the group that holds it; 0, the whole, if left out. */
  readonly group?: number;
  /** Whether it is written in groups, so that the groups of another number may stand directly before or behind it. */
  readonly grouped?: true;
}

const namesPhone = /\b(?:phone|call|mobile|cell|tel|fax|desk|contact|answering|number|reach)\b/i;
const octet = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";

/**
 * In order of certainty: an earlier kind keeps its span from the later ones. Every repetition has an upper bound, so a hostile text
 * costs a bounded number of steps a character.
 */
const rules: readonly Rule[] = [
  {
    type: "PASSWORD",
    pattern:
      /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?|\beyJ[\w-]{8,4000}\.(?:[\w-]{4,8000}(?:\.[\w-]{0,2000})?)?|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[\w-]{16,200}|\bgh[pousr]_\w{20,255}|\bgithub_pat_\w{20,255}|\bglpat-[\w-]{16,64}|\bxox[abposr]-[\w-]{10,200}|\b(?:AKIA|ASIA|AROA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,45}|\bhf_\w{20,60}|\bnpm_\w{30,60}|\bbot\d{6,12}:[\w-]{30,50}/gi,
  },
  { type: "PASSWORD", group: 1, pattern: /\b(?:bearer|basic)\s{1,4}([\w.~+/=-]{8,4000})/gi },
  {
    type: "PASSWORD",
    group: 1,
    pattern:
      /\b(?:password|passwd|passphrase|passcode|passwort|contraseña|token|secret|pin)(?:\s(?:is|was|ist|es)|\s?:)?\s["'“]?([^\s"'”,;]{4,200})/gi,
    is: looksChosen,
  },
  { type: "PASSWORD", group: 1, pattern: /\w{2,12}:\/\/[^\s/:@]{0,100}:([^\s/@]{1,200})@/g },
  { type: "PASSWORD", group: 1, pattern: /\w{2,12}:\/\/([^\s/:@?#]{8,200})@/g },
  { type: "EMAIL", pattern: /(?<![\w.%+-])[\w.%+-]{1,64}(?:@|%40)[a-z0-9](?:[a-z0-9-]{0,62}\.){1,8}[a-z]{2,24}\b/gi },
  {
    type: "IBAN",
    pattern: /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g,
    is: (text, before) => isIban(text) || /\biban\b/i.test(before),
  },
  { type: "IBAN", pattern: /\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b/gi, is: isIban },
  { type: "IBAN", pattern: /\b[a-z]{2}\d{2}(?: [a-z]{4})?(?: \d{4}){2,6}(?: \d{1,4})?\b/g, is: isIban },
  {
    type: "CARD",
    pattern: /(?<![\d.-])[2-6]\d(?:[ -]?\d){10,17}(?!\.?\d)/g,
    is: (text, before) => isCardNumber(text) || isNamedCard(text, before),
    grouped: true,
  },
  { type: "SSN", pattern: /(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])/g },
  { type: "IP", pattern: new RegExp(`(?<![\\d.])${octet}(?:\\.${octet}){3}(?![\\d.]*\\d)`, "g") },
  {
    type: "IP",
    pattern: /(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,7}(?![\w:])/gi,
    is: (text) => (text.match(/:/g)?.length ?? 0) >= 4 || text.includes("::"),
  },
  { type: "IP", pattern: /(?<![\w:])::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4}(?![\w:])/gi },
  {
    type: "PHONE",
    pattern:
      /(?<![\w+.-])(?:\+\d{1,6}[ .-]?|00\d{1,3}[ .-])?(?:\(\d{1,4}\)[ .-]?)?\d{1,5}(?:[ .-]\d{2,7}){1,5}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\w|[.-]\d)/gi,
    is: isPhone,
  },
  { type: "PHONE", pattern: /(?<![\w+.-])(?:\+\d{10,15}|\(\d{3}\)\d{3}-\d{4})(?!\w)/g },
  { type: "PHONE", pattern: /(?<![\w+.-])\d{10,11}(?!\w|[.-]\d)/g, is: (_, before) => namesPhone.test(before) },
];

/** How far before a value a word that names it may stand, in characters. */
const context = 40;

/** Personal data in a text, in order of place, never overlapping. */
export function findPersonalData(text: string): PersonalSpan[] {
  let spans = joined(
    [],
    namedSecrets(text).map((place) => ({ ...place, type: "PASSWORD" })),
  );
  for (const rule of rules) spans = joined(spans, matches(text, rule));
  return spans;
}

/** IP addresses in a text, in order of place. Numbers of a version that follow the name of a program are none. */
export const findAddresses = (text: string): PersonalSpan[] =>
  rules
    .filter(({ type }) => type === "IP")
    .reduce<PersonalSpan[]>((spans, rule) => joined(spans, matches(text, rule)), [])
    .filter(({ start }) => !/[\w)]\/$/.test(text.slice(Math.max(0, start - 2), start)));

function* matches(text: string, { type, pattern, is, group = 0, grouped }: Rule): Generator<PersonalSpan> {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const all = match[group] ?? "";
    const start = group === 0 ? match.index : match.index + match[0].lastIndexOf(all);
    const before = text.slice(Math.max(0, start - context), start);
    const isIt = (one: string) => one !== "" && (is === undefined || is(one, before));
    const found = isIt(all) ? all : grouped ? fewerGroups(all).find(isIt) : undefined;
    if (found !== undefined) yield { start, end: start + found.length, type };
    if (found !== undefined || grouped) pattern.lastIndex = start + (found ?? firstGroup.exec(all)?.[0] ?? all).length;
  }
}

const firstGroup = /^[^ -]+/;
const fewestDigits = 12;

/** A number without its last group, without its last two, and so on, as long as it can be one. */
function fewerGroups(text: string): string[] {
  const shorter: string[] = [];
  for (let end = lastSeparator(text, text.length); end >= fewestDigits; end = lastSeparator(text, end)) shorter.push(text.slice(0, end));
  return shorter;
}

const lastSeparator = (text: string, end: number): number => Math.max(text.lastIndexOf(" ", end - 1), text.lastIndexOf("-", end - 1));

/** An earlier span stays whole; of secrets nothing is left over, so that one that begins or ends in another takes it in. */
function joined(spans: readonly PersonalSpan[], more: Iterable<PersonalSpan>): PersonalSpan[] {
  const added = [...more].filter((span) => span.type === "PASSWORD" || !overlaps(spans, span));
  if (added.length === 0) return [...spans];
  const result: PersonalSpan[] = [];
  for (const span of [...spans, ...added].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || last.end <= span.start) result.push(span);
    else if (span.end > last.end) result[result.length - 1] = { ...last, end: span.end, type: "PASSWORD" };
  }
  return result;
}

/** Binary search: a text may hold thousands. `spans` are in order. */
function overlaps(spans: readonly PersonalSpan[], { start, end }: PersonalSpan): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle] as PersonalSpan).end <= start) low = middle + 1;
    else high = middle;
  }
  const next = spans[low];
  return next !== undefined && next.start < end;
}

/** Sixteen digits in fours that are called a card, with the check digit of someone who made them up. */
const isNamedCard = (text: string, before: string): boolean => /\bcard\b/i.test(before) && /^\d{4}(?:[ -]?\d{4}){3}$/.test(text);

/** Eight to fifteen digits (E.164), seven where the words before say that it is one: not a date, a version or an address. */
function isPhone(text: string, before: string): boolean {
  const digits = text.replace(/\s?(?:x|ext).*$/i, "").replaceAll(/\D/g, "").length;
  if (digits > 15) return false;
  if (namesPhone.test(before)) return digits >= 7;
  if (/^(?:19|20)\d\d[ .-]\d{1,2}[ .-]\d{1,2}/.test(text) || /^\d{1,2}[.-]\d{1,2}[.-](?:19|20)\d\d/.test(text)) return false;
  return digits >= (/^[+(0]/.test(text) ? 8 : 10);
}
