import type { Fault } from "../../../schemas/faults/fault.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { Tap } from "../port.ts";
import { kafkaFault } from "./kafka-fault.ts";
import type { Refusal } from "./refusal.ts";

const whileMs = 500;
const brokenMs = 5_000;

/** Where the partition's records begin and end, for a tap that asked for others. */
export type RangeOf = (tap: Tap) => Promise<{ earliest: number; end: number }>;

/**
 * Taps that cannot be fetched just now. Each waits by itself: for a leader, for its owner to move after a gap, or, where its
 * records cannot be read, for a while.
 */
export class TapTroubles {
  readonly #logger: Logger;
  readonly #rangeOf: RangeOf;
  readonly #stale: () => void;
  readonly #until = new Map<Tap, number>();
  readonly #gaps = new Map<Tap, number>();

  /** `stale` is told when the cluster's leaders seem to have moved. */
  constructor(logger: Logger, rangeOf: RangeOf, stale: () => void) {
    this.#logger = logger;
    this.#rangeOf = rangeOf;
    this.#stale = stale;
  }

  /** How many taps will want to be fetched again before long. */
  get waiting(): number {
    return this.#until.size + this.#gaps.size;
  }

  /** Whether the tap is left out now. One in a gap is let go when its owner has moved it. */
  holds(tap: Tap): boolean {
    if (this.#gaps.has(tap)) {
      if (this.#gaps.get(tap) === tap.next) return true;
      this.#gaps.delete(tap);
    }
    const until = this.#until.get(tap);
    if (until === undefined) return false;
    if (until > Date.now()) return true;
    this.#until.delete(tap);
    return false;
  }

  /** The tap is closed; another of the same partition begins without its troubles. */
  forget(tap: Tap): void {
    this.#until.delete(tap);
    this.#gaps.delete(tap);
  }

  /** Waits half a second, and has the leaders asked for anew. */
  leaderless(tap: Tap): void {
    this.#until.set(tap, Date.now() + whileMs);
    this.#stale();
  }

  /**
   * A code that came for this partition alone. Whether an offset is out of range is looked up again: leaders differ for a
   * moment.
   */
  async refused(tap: Tap, refusal: Refusal): Promise<void> {
    if (refusal.type === "OFFSET_OUT_OF_RANGE") return this.#gap(tap);
    if (refusal.retriable) this.leaderless(tap);
    else this.broken(tap, refusal);
  }

  /** What it wants will be no other when it is fetched again: its owner is told. */
  unreadable(tap: Tap, fault: Fault): void {
    if (tap.unreadable === undefined) {
      this.broken(tap, fault);
      return;
    }
    this.#until.set(tap, Date.now() + brokenMs);
    tap.unreadable(fault);
  }

  /** The broker refuses it, or its owner threw. */
  broken(tap: Tap, error: unknown): void {
    const fault = kafkaFault(error, `reading ${tap.topic}[${tap.partition}] at ${tap.next}`);
    this.#logger.error(
      { code: fault.code, topic: tap.topic, partition: tap.partition, offset: tap.next },
      `${fault.message}. ${fault.remedy}`,
    );
    this.#until.set(tap, Date.now() + brokenMs);
  }

  async #gap(tap: Tap): Promise<void> {
    const at = tap.next;
    try {
      const range = await this.#rangeOf(tap);
      // The answer may be older than the log's end: only what lies outside is a gap.
      if (at >= range.earliest && at <= range.end) return;
      this.#gaps.set(tap, at);
      if (tap.open) tap.gap(range);
    } catch {
      this.leaderless(tap);
    }
  }
}
