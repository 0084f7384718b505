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

/** Longest value inspected, in characters, and how much of that is its beginning; the rest is its end. */
const longestValue = { whole: 16_384, head: 12_288 } as const;
/** Prompts are long by nature. */
const longestPrompt = { whole: 65_536, head: 49_152 } as const;
const longestName = 120;

/** A unit with its bounds kept: of a value that is too long the beginning and the end. */
export function unit(kind: PlaceKind, name: string, text: string, urlEncoded = false): Unit {
  const { whole, head } = kind === "prompt" ? longestPrompt : longestValue;
  const bounded = text.length <= whole ? text : `${text.slice(0, head)}\n${text.slice(text.length - (whole - head))}`;
  return { kind, name: name.slice(0, longestName), text: bounded, urlEncoded, leftOut: Math.max(0, text.length - whole) };
}
