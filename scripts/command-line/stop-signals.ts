/**
 * Ctrl-C reaches every process of the terminal's group, and npm and `bin.js` pass it on as well, so one press arrives several
 * times: what comes within this time of the first is the same wish.
 */
const sameWishMs = 1_000;
/** What has not stopped after so long never will. */
const stoppedWithinMs = 30_000;

/**
 * When to stop. A lasting command is told by `stop`, once; a second signal ends it at once. Any other command ends with the
 * first signal. The parent's death (`bin.js` or a supervisor, by SIGKILL) counts as a signal: it shows as a closed channel.
 */
export class StopSignals {
  readonly stop: AbortSignal;
  readonly #stopping = new AbortController();
  #askedAt: number | undefined;

  constructor(lasting: boolean, outClosed: AbortSignal) {
    this.stop = this.#stopping.signal;
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      process.on(signal, () => this.#asked(lasting, code));
    }
    if (process.channel !== undefined) {
      process.on("disconnect", () => this.#asked(lasting, 143));
      // Listening alone would keep the process alive.
      process.channel?.unref();
    }
    outClosed.addEventListener("abort", () => (lasting ? this.#stopping.abort() : process.exit(0)), { once: true });
  }

  #asked(lasting: boolean, code: number): void {
    const now = Date.now();
    if (lasting && (this.#askedAt === undefined || now - this.#askedAt < sameWishMs)) {
      if (this.#askedAt === undefined) setTimeout(() => process.exit(code), stoppedWithinMs).unref();
      this.#askedAt ??= now;
      this.#stopping.abort();
      return;
    }
    process.exit(code);
  }
}
