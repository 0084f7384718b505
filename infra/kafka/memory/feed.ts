import { setImmediate as nextTurn } from "node:timers/promises";
import type { Feed, Tap } from "../port.ts";
import type { MemoryStorage } from "./storage.ts";

const fetchBytes = 1 << 20;
/** How often a drained tap is told so, as a long poll of Kafka would end empty. */
const emptyMs = 50;

/** Feeds the taps with room, in rotating order, whenever something has arrived; yields to the event loop between rounds. */
export class MemoryFeed implements Feed {
  readonly silentMs = 0;
  readonly #log: MemoryStorage;
  readonly #taps = new Set<Tap>();
  readonly #off: () => void;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(log: MemoryStorage) {
    this.#log = log;
    this.#off = log.onArrival(() => this.#wake?.());
    void this.#run();
  }

  /** Fed with the next turn of the event loop where something stands there already. */
  add(tap: Tap): void {
    this.#taps.add(tap);
    this.#wake?.();
  }

  /** Nothing here can fail to answer. */
  check(): number {
    return 0;
  }

  /** No tap is fed after this. */
  close(): void {
    this.#closed = true;
    this.#off();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      let moved = false;
      for (const tap of [...this.#taps]) {
        if (!tap.open) this.#taps.delete(tap);
        else if (!tap.full) moved = this.#serve(tap) || moved;
      }
      if (moved) await nextTurn();
      else await this.#arrival();
    }
  }

  /** Whether it was given anything. */
  #serve(tap: Tap): boolean {
    if (this.#log.count(tap.topic) === undefined) return false;
    const partition = this.#log.partition(tap);
    const fetched = partition.read(tap.next, fetchBytes);
    if (fetched === undefined) {
      tap.gap({ earliest: partition.earliest, end: partition.end });
      return false;
    }
    const before = tap.next;
    tap.feed(fetched);
    return fetched.next > before;
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, emptyMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
