import { Fault } from "../../../schemas/faults/fault.ts";
import { DecompressedBytes } from "./decompressed-bytes.ts";

/** How Java's clients begin: a frame of their own around blocks, with two version numbers. */
const javaFrame = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const javaHeader = 16;

/**
 * Snappy as Kafka's clients write it: one block (librdkafka and others) or a row of blocks in Java's frame. Node brings no
 * Snappy, and a producer's choice of compression must not stop a lane. Format: github.com/google/snappy, format_description.txt.
 */
export function snappyDecompressed(bytes: Buffer): Buffer {
  const output = new DecompressedBytes(bytes.length * 4);
  if (!bytes.subarray(0, javaFrame.length).equals(javaFrame)) {
    readBlock(bytes, output);
    return output.whole();
  }
  for (let at = javaHeader; at < bytes.length; ) {
    const size = bytes.readInt32BE(at);
    at += 4;
    // What a block refers to lies in the same block.
    const block = new DecompressedBytes(size * 4);
    readBlock(bytes.subarray(at, at + size), block);
    const whole = block.whole();
    output.append(whole, 0, whole.length);
    at += size;
  }
  return output.whole();
}

/** Literals and copies of what was written before; source: google/snappy, format_description.txt. */
function readBlock(block: Buffer, output: DecompressedBytes): void {
  let at = 0;
  const start = output.whole().length;
  let expected = 0;
  for (let scale = 1, byte = 128; byte > 127; scale *= 128) {
    byte = block[at++] as number;
    expected += (byte & 127) * scale;
  }
  while (at < block.length) {
    const tag = block[at++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      const long = (tag >> 2) - 59;
      const length = (long <= 0 ? tag >> 2 : block.readUIntLE(at, long)) + 1;
      at += Math.max(0, long);
      output.append(block, at, at + length);
      at += length;
    } else if (kind === 1) {
      output.repeat(((tag >> 5) << 8) | (block[at++] as number), ((tag >> 2) & 7) + 4);
    } else {
      const width = kind === 2 ? 2 : 4;
      output.repeat(block.readUIntLE(at, width), (tag >> 2) + 1);
      at += width;
    }
  }
  if (output.whole().length - start !== expected) throw new Fault("GW_KAFKA_PROTOCOL", "records compressed with snappy are cut off");
}
