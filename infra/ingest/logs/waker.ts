import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";

/**
 * Waits for news of a folder: at once where the system tells of it, else at the next look. Some file systems (network ones, full
 * tables of watches) tell nothing, so it never waits longer than `pollMs`.
 */
export class Waker {
  readonly #pollMs: number;
  readonly #dir: string;
  #watcher: FSWatcher | undefined;
  #news = false;
  #wake: () => void = () => undefined;

  constructor(path: string, pollMs: number) {
    this.#pollMs = pollMs;
    this.#dir = dirname(path);
  }

  /** Resolves at news since the last wait, after `pollMs`, or when told to stop. */
  async wait(stop: AbortSignal): Promise<void> {
    this.#watch();
    if (!this.#news && !stop.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#pollMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        stop.addEventListener("abort", this.#wake, { once: true });
      });
      stop.removeEventListener("abort", this.#wake);
    }
    this.#news = false;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#dir, { persistent: false }, () => {
        this.#news = true;
        this.#wake();
      });
      this.#watcher.on("error", () => this.close());
    } catch {
      // The folder is not there yet, or there are no watches left: the next look comes anyway.
    }
  }
}
