import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addLeaf, leafHash, rootOf } from "./merkle.ts";

/** RFC 6962, section 2.1, word for word: split at the largest power of two below the number of leaves. */
function recursiveRoot(hashes: readonly string[]): string {
  const [only] = hashes;
  if (only === undefined) return createHash("sha256").digest("hex");
  if (hashes.length === 1) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  const [left, right] = [recursiveRoot(hashes.slice(0, split)), recursiveRoot(hashes.slice(split))];
  return createHash("sha256")
    .update(Buffer.from(`01${left}${right}`, "hex"))
    .digest("hex");
}

const peaksOf = (hashes: readonly string[]): string[] => {
  const peaks: string[] = [];
  for (const [size, hash] of hashes.entries()) addLeaf(peaks, size, hash);
  return peaks;
};

describe("the Merkle tree", () => {
  it("hashes a leaf behind a zero byte (the known hash of the empty leaf)", () =>
    expect(leafHash("")).toBe("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"));

  it("has the hash of nothing as its empty root", () =>
    expect(rootOf([])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));

  it("has the root that the definition gives, for any number of leaves", () =>
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 70 }), (leaves) => {
        const hashes = leaves.map(leafHash);
        expect(rootOf(peaksOf(hashes))).toBe(recursiveRoot(hashes));
      }),
    ));

  it("keeps a hash for each set bit of its size and no more", () => {
    for (const size of [1, 2, 3, 7, 8, 63, 64, 1_000]) {
      const hashes = Array.from({ length: size }, (_, n) => leafHash(String(n)));
      expect(peaksOf(hashes)).toHaveLength(size.toString(2).replaceAll("0", "").length);
    }
  });
});
