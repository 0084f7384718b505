/** The parts of a request that are inspected apart from each other. */
export type PlaceKind = "path" | "query" | "query name" | "header" | "cookie" | "body" | "body name" | "user agent" | "referer" | "prompt";

/** One string of a request, and where it came from. */
export interface Unit {
  readonly kind: PlaceKind;
  /** Of the parameter, header, cookie or field; empty where the place has none. Bounded. */
  readonly name: string;
  readonly text: string;
  /** Whether its transport percent-encodes it. */
  readonly urlEncoded: boolean;
  /** Characters in the middle that were not looked at, since the value was longer than is inspected. */
  readonly leftOut: number;
}

/** The longest text inspected, in characters, and how much of that is its beginning; the rest is its end. */
interface Bounds {
  readonly whole: number;
  readonly head: number;
}
const longValue: Bounds = { whole: 16_384, head: 12_288 };
/** Of prompts, which are long by nature, and of many values together. */
export const longText: Bounds = { whole: 65_536, head: 49_152 };
const longestName = 120;

/** A unit with its bounds kept: of a text that is too long the beginning and the end. */
export function unit(
  kind: PlaceKind,
  name: string,
  text: string,
  urlEncoded = false,
  { whole, head } = kind === "prompt" ? longText : longValue,
): Unit {
  const bounded = text.length <= whole ? text : `${text.slice(0, head)}\n${text.slice(text.length - (whole - head))}`;
  return { kind, name: name.slice(0, longestName), text: bounded, urlEncoded, leftOut: Math.max(0, text.length - whole) };
}
