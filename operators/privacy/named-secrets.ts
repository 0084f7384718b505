import { isAttack } from "./attack.ts";
import { isSecretName } from "./secret-names.ts";

/** Where a value stands, in UTF-16 units; `end` exclusive. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** Between a name and its value, with the quote that ends the name. Every repetition here is bounded, against hostile texts. */
const separators = /(\\{0,3}["'])?\s{0,3}(=>|:=|=|:|%3d|%3a)\s{0,3}/gi;
const longestName = 64;
const nameMarks = "$_-.[]%";
/** A name that follows one of these, or nothing, is that of a parameter. */
const beginsParameter = /(?:^|[?&;#])$/;
/** Percent-encoded marks that cannot be within a name. */
const encodedMarks = /^.*%(?:3f|26|23|3b|2f|22|27|7b|2c|20|3d|3a)/i;

const openings = /\\{0,3}["']/y;
const schemes = /(?:bearer|basic|digest|negotiate|token|apikey)\s{1,4}/iy;
const values = {
  escaped: /[^"'\\]{1,4000}/y,
  '"': /(?:[^"\\]|\\[\s\S]){1,4000}/y,
  "'": /(?:[^'\\\n]|\\.){1,4000}(?=')/y,
  parameter: /[^&\s"<>]{1,4000}/y,
  encoded: /[^&\s"<>%]{1,4000}/y,
  word: /[^\s"'&;,<>(){}[\]]{3,4000}/y,
} as const;
/** Texts of elements of XML, and parts of multipart bodies. */
const elements =
  /<([\w:.-]{1,64})(?:\s[^<>]{0,200})?>([^<]{1,4000})|\bname="([^"\r\n]{1,64})"[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n([^\r\n]{1,4000})/dg;

/** Values that are judged before they are masked; what follows a longer list is masked unread. */
const mostJudged = 64;
const longestJudged = 1_000;
const harmless = /^[\w.~/+=-]*$/;

/**
 * Values in a text whose name says that they are secrets: of a parameter (`?token=`, `&user[password]=`), a field of JSON, an element
 * of XML, a part of a form, an assignment (`api_key = `) or a line (`X-Api-Key: `). Those that read like an attack are left out.
 */
export function namedSecrets(text: string): Place[] {
  let judged = 0;
  return [...assigned(text), ...enclosed(text)].filter(({ start, end }) => {
    if (judged === mostJudged || (harmless.test(text.slice(start, end)) && /^(?:$|[\s&,;"}<])/.test(text.slice(end, end + 1)))) return true;
    judged += 1;
    const line = /^[^&\n]*/.exec(text.slice(start, start + longestJudged))?.[0] ?? "";
    return !isAttack(text.slice(start, Math.min(end, start + longestJudged)), "body") && !isAttack(line, "body");
  });
}

function* assigned(text: string): Generator<Place> {
  let from = 0;
  for (const match of text.matchAll(separators)) {
    if (match.index < from) continue;
    const found = valueAfter(text, match);
    if (found === undefined) continue;
    from = found.end;
    yield found;
  }
}

function* enclosed(text: string): Generator<Place> {
  for (const { 1: element, 3: part, indices } of text.matchAll(elements)) {
    const place = indices?.[2] ?? indices?.[4];
    if (place === undefined || !isSecretName(element ?? part ?? "", { inText: element !== undefined })) continue;
    yield { start: place[0], end: place[1] };
  }
}

/** Undefined where the name is none of a secret, or nothing follows that could be one. */
function valueAfter(text: string, { 0: whole, 1: closing, 2: mark = "", index }: RegExpExecArray): Place | undefined {
  const raw = nameBefore(text, index);
  if (raw === "") return undefined;
  const name = raw.replace(encodedMarks, "");
  const isEncoded = mark.startsWith("%");
  const before = text.slice(Math.max(0, index - raw.length - 1), index - raw.length);
  const isParameter = (mark === "=" || isEncoded) && (name !== raw || (whole === mark && beginsParameter.test(before)));
  const isField = closing !== undefined;
  if (!isSecretName(name, { inText: !(isParameter || isField) })) return undefined;
  const at = index + whole.length;
  const quote = matched(openings, text, at) ?? "";
  // A parameter may begin with an apostrophe, and with more than that.
  const opening = isParameter && quote.endsWith("'") ? "" : quote;
  const place =
    opening === "" ? bare(text, at, { isParameter, isEncoded, isSpoken: /:\s+$/.test(whole) && !isField }) : inQuotes(text, at, opening);
  if (place === undefined || (!isField && !isParameter)) return place;
  const value = text.slice(place.start, place.end);
  if (isField && opening === "" && /^(?:true|false|null)$/.test(value)) return undefined;
  // In JSON a key or a code may be anything; one that is a secret has a digit.
  return isParameter || isSecretName(name, { inText: true }) || (opening !== "" && /^(?=\D*\d)\S{4,}$/.test(value)) ? place : undefined;
}

/** The characters of a name that end at `end`. */
function nameBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < longestName && isOfName(text.charCodeAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

const isOfName = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || nameMarks.includes(String.fromCharCode(code));

function inQuotes(text: string, at: number, opening: string): Place | undefined {
  const kind = opening.length > 1 ? "escaped" : (opening as '"' | "'");
  return placed(values[kind], text, at + opening.length);
}

interface Bare {
  readonly isParameter: boolean;
  readonly isEncoded: boolean;
  /** Whether white space follows a colon, as in a sentence. */
  readonly isSpoken: boolean;
}

function bare(text: string, at: number, { isParameter, isEncoded, isSpoken }: Bare): Place | undefined {
  if (isParameter) return placed(isEncoded ? values.encoded : values.parameter, text, at);
  const scheme = matched(schemes, text, at);
  if (scheme !== undefined) return placed(values.word, text, at + scheme.length);
  const place = placed(values.word, text, at);
  // What is called is a program's own.
  return place === undefined || text[place.end] === "(" || (isSpoken && !looksChosen(text.slice(place.start, place.end)))
    ? undefined
    : place;
}

function placed(pattern: RegExp, text: string, at: number): Place | undefined {
  const found = matched(pattern, text, at);
  return found === undefined ? undefined : { start: at, end: at + found.length };
}

/** Of a sticky pattern: what it matches right there. */
function matched(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** `password is required` tells nothing; letters with a digit or a mark among them do. */
export function looksChosen(text: string): boolean {
  const word = text.replace(/[.!?]{1,3}$/, "");
  return /[a-z]/i.test(word) && /\d|[^\w.:/-]|[a-z][A-Z]/.test(word);
}
