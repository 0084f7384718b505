import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Fault } from "../../../schemas/faults/fault.ts";
import { lz4Decompressed } from "./lz4.ts";
import { snappyDecompressed } from "./snappy.ts";

/** By the low three bits of a batch's attributes: none, gzip, snappy, lz4, zstd. */
const codecs: readonly ((bytes: Buffer) => Buffer)[] = [
  (bytes) => bytes,
  gunzipSync,
  snappyDecompressed,
  lz4Decompressed,
  zstdDecompressSync,
];

/** The records of a batch as they were before compression. */
export function decompressed(attributes: number, bytes: Buffer): Buffer {
  const codec = codecs[attributes & 7];
  if (codec === undefined) throw new Fault("GW_KAFKA_PROTOCOL", `records compressed with codec ${attributes & 7} cannot be read`);
  return codec(bytes);
}
