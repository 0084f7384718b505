/** One line of a text. Over-long lines carry an excerpt and their whole length; the rest of them is not kept. */
export interface Line {
  /** From 1, empty lines counted. */
  readonly number: number;
  readonly bytes: Buffer;
  /** Length of the whole line, more than `bytes` where it was over-long. */
  readonly length: number;
}

/** A line, and where in its text. */
export interface CutLine extends Line {
  /** Of its first byte. */
  readonly offset: number;
  /** Offset of the line after it. */
  readonly next: number;
}

/** An input record is 1 MB at most; as JSON it takes a few times that. */
export const longestLineBytes = 8 * 1024 * 1024;
/** What is kept of an over-long line, enough to know it again. */
const excerptBytes = 2_000;

/**
 * Cuts bytes that come in pieces into lines at line feeds and keeps count of where each began. A carriage return before a line
 * feed does not belong to the line. What has no line feed yet is held, at most `longest` of it and a piece.
 */
export class LineCutter {
  readonly #longest: number;
  #held: Buffer[] = [];
  #heldLength = 0;
  /** Where the line that is being held began. */
  #from: number;
  #number = 0;

  constructor(offset: number, longest: number) {
    this.#from = offset;
    this.#longest = longest;
  }

  /** Offset of the first byte not pushed yet. */
  get end(): number {
    return this.#from + this.#heldLength;
  }

  /** The lines that this piece ends, in order; they share its memory. Empty lines are left out; offsets and numbers count them. */
  push(piece: Buffer): CutLine[] {
    const lines: CutLine[] = [];
    let at = 0;
    for (let feed = piece.indexOf(0x0a); feed >= 0; feed = piece.indexOf(0x0a, at)) {
      const line = this.#cut(piece.subarray(at, feed), 1);
      if (line.bytes.length > 0) lines.push(line);
      at = feed + 1;
    }
    if (at < piece.length) this.#hold(piece.subarray(at));
    return lines;
  }

  /** What is held, as a line that ended without a line feed. */
  rest(): CutLine | undefined {
    if (this.#heldLength === 0) return undefined;
    const line = this.#cut(Buffer.alloc(0), 0);
    return line.bytes.length > 0 ? line : undefined;
  }

  #hold(bytes: Buffer): void {
    // Beyond the limit only the length matters.
    if (this.#heldLength <= this.#longest) this.#held.push(Buffer.from(bytes));
    this.#heldLength += bytes.length;
  }

  #cut(tail: Buffer, feedLength: number): CutLine {
    const length = this.#heldLength + tail.length;
    const whole = this.#heldLength === 0 ? tail : Buffer.concat([...this.#held, tail]);
    const bytes = length > this.#longest ? whole.subarray(0, excerptBytes) : whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    const offset = this.#from;
    this.#held = [];
    this.#heldLength = 0;
    this.#from = offset + length + feedLength;
    this.#number += 1;
    return { number: this.#number, offset, bytes, length, next: this.#from };
  }
}

/** The lines of a stream, a last one without a line feed too. Memory stays bounded whatever the input. */
export async function* lines(input: AsyncIterable<Buffer | string>, longest = longestLineBytes): AsyncGenerator<Line[]> {
  const cutter = new LineCutter(0, longest);
  for await (const piece of input) {
    const found = cutter.push(typeof piece === "string" ? Buffer.from(piece) : piece);
    if (found.length > 0) yield found;
  }
  const rest = cutter.rest();
  if (rest !== undefined) yield [rest];
}
