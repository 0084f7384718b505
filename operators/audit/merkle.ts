import { createHash } from "node:crypto";

/** SHA-256 of a leaf's UTF-8 bytes behind a zero byte, hex: no leaf can be taken for an inner node. RFC 6962, section 2.1. */
export const leafHash = (leaf: string): string => createHash("sha256").update(leafMark).update(leaf).digest("hex");

/** Of two subtrees, left and right, hex. RFC 6962, section 2.1. */
const nodeHash = (left: string, right: string): string =>
  createHash("sha256").update(nodeMark).update(left, "hex").update(right, "hex").digest("hex");

const leafMark = Buffer.from([0]);
const nodeMark = Buffer.from([1]);

/**
 * Adds a leaf to a Merkle tree that is kept as the roots of its full subtrees, largest first: one for each bit of `size` that
 * is set, so that 2^52 leaves are 52 hashes. Changes `peaks` in place.
 *
 *     size 6 = 110b   peaks: root of leaves 0 to 3, root of leaves 4 and 5
 */
export function addLeaf(peaks: string[], size: number, hash: string): void {
  let added = hash;
  // A carry in binary: while the last bit is set, the last subtree is as large as what is added.
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) added = nodeHash(peaks.pop() as string, added);
  peaks.push(added);
}

/** Root of the whole tree, hex; that of an empty one is the hash of nothing. RFC 6962, section 2.1. */
export function rootOf(peaks: readonly string[]): string {
  const last = peaks.at(-1);
  if (last === undefined) return createHash("sha256").digest("hex");
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}
