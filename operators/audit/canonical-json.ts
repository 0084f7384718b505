import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { toJson } from "../../schemas/json/to-json.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";

/**
 * A record in the JSON form of its topic, made canonical: names sorted, no space, one form for each number and each text, so
 * that the same record is the same bytes whoever writes it. Half a surrogate pair, which UTF-8 cannot carry, becomes U+FFFD.
 *
 * Source: RFC 8785, JSON Canonicalization Scheme.
 */
export const canonicalRecord = (topic: AnyTopic, value: unknown): string => canonicalJson(JSON.parse(toJson(topic, value)));

/** Plain data as canonical JSON (RFC 8785). Numbers must be finite; what is `undefined` is left out. */
export const canonicalJson = (value: unknown): string => canonicalize(wellFormed(value)) ?? "null";

/** SHA-256 of a text's UTF-8 bytes, hex. */
export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Copies what holds a text; numbers and flags stay as they are. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name.toWellFormed(), wellFormed(one)]));
}
