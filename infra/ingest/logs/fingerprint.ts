import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

/** The beginning of a file: a name and an inode may come to mean another file, these bytes do not. */
export interface Fingerprint {
  /** So many bytes from the start of the file. */
  readonly bytes: number;
  readonly sha256: string;
}

/** The first line, at most so much of it. */
const mostBytes = 4_096;

/** Of a file whose first line is complete or over-long; undefined while it is neither, since more of it may come. */
export async function fingerprintOf(handle: FileHandle): Promise<Fingerprint | undefined> {
  const start = await firstBytes(handle, mostBytes);
  const feed = start.indexOf(0x0a);
  if (feed < 0 && start.length < mostBytes) return undefined;
  const bytes = feed < 0 ? mostBytes : feed + 1;
  return { bytes, sha256: digest(start.subarray(0, bytes)) };
}

/** Whether the file begins with these bytes still. */
export async function hasFingerprint(handle: FileHandle, { bytes, sha256 }: Fingerprint): Promise<boolean> {
  const start = await firstBytes(handle, bytes);
  return start.length === bytes && digest(start) === sha256;
}

async function firstBytes(handle: FileHandle, count: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(count), 0, count, 0);
  return buffer.subarray(0, bytesRead);
}

const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
