import type { Readable, Writable } from "node:stream";
import { LineWriter } from "./line-writer.ts";

/** The two outputs and the input of a command: data to stdout, words to stderr. Nothing else writes to either. */
export interface Io {
  readonly input: Readable;
  /** A person types: a word about how to end helps. */
  readonly inputIsTerminal: boolean;
  /** One line of data, to stdout. */
  out(line: string): void;
  /** Resolves as soon as stdout takes more; awaited between the pieces of a long output. */
  room(): Promise<void>;
  /** A line for people, to stderr. */
  note(line: string): void;
  /** A line for people that the next one replaces; nothing where stderr is no terminal. */
  progress(line: string): void;
  /** Data goes to a screen and not to a program. */
  readonly outIsTerminal: boolean;
  /** Fires when whoever read stdout has gone (`| head`): nobody wants more. */
  readonly outClosed: AbortSignal;
}

/** What a terminal needs to begin a line anew. */
const clearLine = "\r\u001b[K";

/** The real ones. The only place of the command line that writes to a stream. */
export class ProcessIo implements Io {
  readonly input: Readable;
  readonly inputIsTerminal: boolean;
  readonly outIsTerminal: boolean;
  readonly outClosed: AbortSignal;
  readonly #out: LineWriter;
  readonly #errors: Writable & { isTTY?: boolean };
  #progress = false;

  constructor({ stdin, stdout, stderr }: Pick<NodeJS.Process, "stdin" | "stdout" | "stderr">) {
    this.input = stdin;
    this.inputIsTerminal = stdin.isTTY === true;
    this.outIsTerminal = stdout.isTTY === true;
    this.#errors = stderr;
    this.#out = new LineWriter(stdout);
    this.outClosed = this.#out.closed;
    // Nobody reads the words: nothing to be done, and no reason to end.
    stderr.on("error", () => undefined);
  }

  out(line: string): void {
    this.#out.line(line);
  }

  room(): Promise<void> {
    return this.#out.room();
  }

  note(line: string): void {
    this.#errors.write(`${this.#progress ? clearLine : ""}${line}\n`);
    this.#progress = false;
  }

  progress(line: string): void {
    if (this.#errors.isTTY !== true) return;
    this.#errors.write(`${clearLine}${line}`);
    this.#progress = true;
  }

  /** Everything written has left the process, or cannot. */
  async end(): Promise<void> {
    if (this.#progress) this.#errors.write(clearLine);
    this.#progress = false;
    await this.#out.flushed();
  }
}
