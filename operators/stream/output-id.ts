import { createHash } from "node:crypto";

/**
 * The id of an output record: 128 bits of SHA-256 over what caused it, as hex. The same input gives the same id, so a replay
 * and a retry can be told from something new. Never give it offsets, versions or the time of day.
 */
export function outputId(parts: readonly (string | number)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const text = String(part);
    // Length first: ["a", "bc"] and ["ab", "c"] are different causes.
    hash.update(`${text.length}:${text}`);
  }
  return hash.digest("hex").slice(0, 32);
}
