/** One line of a JSON Lines input. Over-long lines carry an excerpt and their whole length; the rest of them is not kept. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** Length of the whole line, more than `bytes` where it was over-long. */
  readonly length: number;
}

/** An input record is 1 MB at most; as JSON it takes a few times that. */
export const longestLineBytes = 8 * 1024 * 1024;
/** What is kept of an over-long line, enough to know it again. */
const excerptBytes = 2_000;

/**
 * Splits a stream of chunks at line feeds; a last line without one counts too, a carriage return before one does not belong
 * to the line, empty lines are counted and left out. Memory stays bounded whatever the input.
 */
export async function* lines(input: AsyncIterable<Buffer | string>, longest = longestLineBytes): AsyncGenerator<Line[]> {
  let number = 0;
  let held: Buffer[] = [];
  let heldLength = 0;
  const finish = (tail: Buffer): Line => {
    number += 1;
    const length = heldLength + tail.length;
    const whole = heldLength === 0 ? tail : Buffer.concat([...held, tail]);
    held = [];
    heldLength = 0;
    const bytes = length > longest ? whole.subarray(0, excerptBytes) : whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    return { number, bytes, length };
  };
  const hold = (rest: Buffer): void => {
    // Beyond the limit only the length matters.
    if (heldLength <= longest) held.push(Buffer.from(rest));
    heldLength += rest.length;
  };
  for await (const piece of input) {
    const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
    const found: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const line = finish(chunk.subarray(from, end));
      if (line.length > 0 && line.bytes.length > 0) found.push(line);
      from = end + 1;
    }
    if (from < chunk.length) hold(chunk.subarray(from));
    if (found.length > 0) yield found;
  }
  if (heldLength > 0) yield [finish(Buffer.alloc(0))];
}
