/** Reads Kafka's primitive types one after the other. 64-bit numbers come as doubles, exact up to 2^53. */
export class ByteReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Big-endian, like all of Kafka's fixed-width numbers. */
  int16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  /** Two halves: a BigInt for each offset would cost more than the rest of the reading. */
  int64(): number {
    this.at += 8;
    return this.bytes.readInt32BE(this.at - 8) * 0x1_0000_0000 + this.bytes.readUInt32BE(this.at - 4);
  }

  /** With a length of 16 bits before it; -1 (null) reads as empty. */
  text(): string {
    const length = this.int16();
    this.at += Math.max(0, length);
    return length <= 0 ? "" : this.bytes.toString("utf8", this.at - length, this.at);
  }

  /** Zigzag, at most five bytes. */
  varint(): number {
    let byte = this.bytes[this.at++] as number;
    let value = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = this.bytes[this.at++] as number;
      value |= (byte & 0x7f) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** Zigzag, at most ten bytes. */
  varlong(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte <= 0x7f) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Null for a length of -1. A view of the answer, not a copy. */
  varbytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
