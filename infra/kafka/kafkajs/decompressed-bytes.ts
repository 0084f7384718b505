import { Fault } from "../../../schemas/faults/fault.ts";

/** Grows as it is written, and repeats what it holds. */
export class DecompressedBytes {
  #bytes: Buffer;
  #length = 0;

  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(64, expected));
  }

  /** Copies a piece of the compressed bytes as it stands (a literal). */
  append(from: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#length += from.copy(this.#bytes, this.#length, start, end);
  }

  /** Copies from so far back; the copy may run into what it writes. */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) throw new Fault("GW_KAFKA_PROTOCOL", "compressed records refer to what is not there");
    this.#reserve(length);
    let from = this.#length - distance;
    for (let left = length; left > 0; ) {
      const step = Math.min(left, this.#length - from);
      this.#bytes.copyWithin(this.#length, from, from + step);
      this.#length += step;
      from += step;
      left -= step;
    }
  }

  /** A view, not a copy: write nothing after it. */
  whole(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#length + more, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
