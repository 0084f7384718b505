import { Fault } from "../../../schemas/faults/fault.ts";
import { DecompressedBytes } from "./decompressed-bytes.ts";

/** Frame flags. */
const contentSize = 0x08;
const contentChecksum = 0x04;
const blockChecksum = 0x10;
const dictionary = 0x01;
const magic = 0x184d2204;
const stored = 0x8000_0000;
const minimalMatch = 4;

/**
 * An LZ4 frame as Kafka's clients write it. Node brings no LZ4, and a producer's choice of compression must not stop a lane.
 * Format: github.com/lz4/lz4, doc/lz4_Frame_format.md and lz4_Block_format.md. Checksums are not looked at: the batch has one.
 */
export function lz4Decompressed(frame: Buffer): Buffer {
  if (frame.length < 7 || frame.readUInt32LE(0) !== magic) throw new Fault("GW_KAFKA_PROTOCOL", "records marked as lz4 are no LZ4 frame");
  const flags = frame[4] as number;
  const output = new DecompressedBytes(frame.length * 4);
  let at = 7 + ((flags & contentSize) !== 0 ? 8 : 0) + ((flags & dictionary) !== 0 ? 4 : 0);
  for (;;) {
    const header = frame.readUInt32LE(at);
    at += 4;
    if (header === 0) break;
    const size = header & ~stored;
    const block = frame.subarray(at, at + size);
    if ((header & stored) !== 0) output.append(block, 0, block.length);
    else readBlock(block, output);
    at += size + ((flags & blockChecksum) !== 0 ? 4 : 0);
    // The end mark may be missing in frames without a content checksum (old clients).
    if (at + 4 > frame.length && (flags & contentChecksum) === 0) break;
  }
  return output.whole();
}

/** Sequences of literals and matches; the last one has no match. Matches may reach into blocks before. */
function readBlock(block: Buffer, output: DecompressedBytes): void {
  let at = 0;
  const length = (nibble: number): number => {
    let value = nibble;
    if (nibble !== 15) return value;
    for (let byte = 255; byte === 255; value += byte) byte = block[at++] as number;
    return value;
  };
  while (at < block.length) {
    const token = block[at++] as number;
    const literals = length(token >> 4);
    output.append(block, at, at + literals);
    at += literals;
    if (at >= block.length) return;
    const distance = block.readUInt16LE(at);
    at += 2;
    output.repeat(distance, length(token & 15) + minimalMatch);
  }
}
