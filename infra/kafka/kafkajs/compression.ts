import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Fault } from "../../../schemas/faults/fault.ts";

/** By the low three bits of a batch's attributes. */
const names = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** The records of a batch as they were before compression. GW_KAFKA_PROTOCOL for a codec that Node does not bring. */
export function decompressed(attributes: number, bytes: Buffer): Buffer {
  const codec = names[attributes & 7];
  if (codec === "none") return bytes;
  if (codec === "zstd") return zstdDecompressSync(bytes);
  if (codec === "gzip") return gunzipSync(bytes);
  throw new Fault(
    "GW_KAFKA_PROTOCOL",
    `records compressed with ${codec ?? "an unknown codec"} cannot be read; let producers use zstd or gzip`,
  );
}
