import type { Writable } from "node:stream";

/** What a pipe of Linux holds: more at once would only wait. */
const flushBytes = 64 * 1024;

/**
 * Lines to a stream, gathered into pieces. What is written leaves with the next turn of the event loop at the latest. A reader
 * that has gone away (EPIPE) is no error: `closed` fires, and what comes after is dropped.
 */
export class LineWriter {
  readonly closed: AbortSignal;
  readonly #stream: Writable;
  readonly #closing = new AbortController();
  #pending: string[] = [];
  #length = 0;
  #scheduled = false;
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    this.closed = this.#closing.signal;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") this.#failure = error;
      this.#closing.abort();
    });
  }

  /** Never waits; `room` is for that. After the reader has gone it does nothing. */
  line(text: string): void {
    this.#pending.push(text, "\n");
    this.#length += text.length + 1;
    if (this.#length >= flushBytes) this.#flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#flush();
      });
    }
  }

  /** Resolves when the stream takes more. Throws what the stream failed with (a full disk). */
  async room(): Promise<void> {
    // Asked of the stream: while another output was waited for, this one may have drained already, and says so only once.
    if (this.#stream.writableNeedDrain && !this.closed.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#stream.off("drain", done);
          this.closed.removeEventListener("abort", done);
          resolve();
        };
        this.#stream.once("drain", done);
        this.closed.addEventListener("abort", done, { once: true });
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Everything given so far has been taken by the operating system, or the reader is gone. */
  async flushed(): Promise<void> {
    this.#flush();
    if (!this.closed.aborted) await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #flush(): void {
    if (this.#length === 0) return;
    const text = this.#pending.join("");
    this.#pending = [];
    this.#length = 0;
    if (this.closed.aborted) return;
    this.#stream.write(text);
  }
}
