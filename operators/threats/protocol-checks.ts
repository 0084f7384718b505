import type { RequestEvent } from "../../schemas/types/avro.ts";
import type { Hit, UnitScore } from "./scoring.ts";
import { type Signature, weights } from "./signatures/signature.ts";
import { unit } from "./units/unit.ts";

const check = (id: string, weight: keyof typeof weights): Signature => ({
  id: `protocol.${id}`,
  category: "malicious payload",
  weight: weights[weight],
  pattern: /(?!)/,
});
const oddMethod = check("method", "strong");
const debugMethod = check("debug-method", "fair");
const framing = check("framing", "strong");

/** RFC 9110, section 5.6.2: a method is a token; in practice it is a short word. */
const method = /^[A-Za-z][A-Za-z_-]{1,24}$/;
const debugging = new Set(["TRACE", "TRACK", "DEBUG", "CONNECT"]);

/**
 * What no pattern over one value sees: a method that is none, one that only debugging uses, and headers that let two servers
 * disagree where a request ends (RFC 9112, section 6.1).
 */
export function protocolChecks({ method: given, headers }: RequestEvent): UnitScore[] {
  const found: UnitScore[] = [];
  if (given !== null && given !== "") {
    if (!method.test(given)) found.push(scored(oddMethod, "(method)", given));
    else if (debugging.has(given.toUpperCase())) found.push(scored(debugMethod, "(method)", given));
  }
  const named = (name: string) => (headers ?? []).filter((header) => header.name.trim().toLowerCase() === name).map(({ value }) => value);
  const lengths = new Set(named("content-length"));
  const encodings = named("transfer-encoding");
  const odd = encodings.find((value) => !/^\s?(?:(?:chunked|gzip|deflate|compress|identity|trailers)\s?,?\s?){1,4}$/i.test(value));
  if (lengths.size > 1 || (lengths.size > 0 && encodings.length > 0) || odd !== undefined) {
    found.push(scored(framing, "content-length, transfer-encoding", [...lengths, ...encodings].join(", ")));
  }
  return found;
}

function scored(signature: Signature, name: string, text: string): UnitScore {
  const hit: Hit = { signature, text: text.slice(0, 160), at: 0, length: Math.min(text.length, 160) };
  return { unit: unit("header", name, text.slice(0, 160)), score: signature.weight, hits: [hit], passes: [] };
}
