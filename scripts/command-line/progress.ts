import type { Io } from "./io.ts";

/** As often as a person can read it. */
const everyMs = 250;

/** A line on the terminal that says how far something is, at most four times a second. */
export class Progress {
  readonly #io: Io;
  readonly #line: () => string;
  #saidAt = performance.now();

  constructor(io: Io, line: () => string) {
    this.#io = io;
    this.#line = line;
  }

  /** Cheap enough for every record: a clock is read, and at most four times a second a line made. */
  step(): void {
    const now = performance.now();
    if (now - this.#saidAt < everyMs) return;
    this.#saidAt = now;
    this.#io.progress(this.#line());
  }
}
