/** A line of a file, and where in it. */
export interface CutLine {
  /** Of its first byte. */
  readonly offset: number;
  /** Without the line feed; of an over-long line only the beginning. */
  readonly bytes: Buffer;
  /** Length of the whole line, more than `bytes` has where it was over-long. */
  readonly length: number;
  /** Offset of the line after it. */
  readonly next: number;
}

/** A line is a record of at most 1 MB; a proxy writes lines of some hundred bytes, rarely of 64 KB. */
export const longestLineBytes = 1_000_000;
const excerptBytes = 2_000;

/**
 * Cuts bytes that come in pieces into lines at line feeds and keeps count of where each began. What has no line feed yet is
 * held, at most `longestLineBytes` of it.
 */
export class LineCutter {
  #held: Buffer[] = [];
  #heldLength = 0;
  /** Where the line that is being held began. */
  #from: number;

  constructor(offset: number) {
    this.#from = offset;
  }

  /** Offset of the first byte not pushed yet. */
  get end(): number {
    return this.#from + this.#heldLength;
  }

  /** The lines that this piece ends, in order. Empty lines are left out; offsets count them. */
  push(piece: Buffer): CutLine[] {
    const lines: CutLine[] = [];
    let at = 0;
    for (let feed = piece.indexOf(0x0a); feed >= 0; feed = piece.indexOf(0x0a, at)) {
      this.#hold(piece.subarray(at, feed));
      const line = this.#cut(1);
      if (line.length > 0) lines.push(line);
      at = feed + 1;
    }
    if (at < piece.length) this.#hold(Buffer.from(piece.subarray(at)));
    return lines;
  }

  /** What is held, as a line that ended without a line feed. */
  rest(): CutLine | undefined {
    return this.#heldLength === 0 ? undefined : this.#cut(0);
  }

  #hold(bytes: Buffer): void {
    // Beyond the limit only the length matters.
    if (this.#heldLength <= longestLineBytes) this.#held.push(bytes);
    this.#heldLength += bytes.length;
  }

  #cut(feedLength: number): CutLine {
    const [only] = this.#held;
    const whole = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held);
    const length = this.#heldLength;
    const bytes = length > longestLineBytes ? whole.subarray(0, excerptBytes) : whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    const offset = this.#from;
    this.#held = [];
    this.#heldLength = 0;
    this.#from = offset + length + feedLength;
    return { offset, bytes, length: length === 1 && bytes.length === 0 ? 0 : length, next: this.#from };
  }
}
