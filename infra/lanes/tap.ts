import type { Place } from "../../operators/stream/record.ts";
import type { Fault } from "../../schemas/faults/fault.ts";
import type { Fetched, Tap } from "../kafka/port.ts";

/** What a tap asks of its lane. */
export interface TapOwner {
  /** Where the next fetch begins. */
  next(): number;
  /** False for good once the lane is over. */
  open(): boolean;
  /** The lane holds as much as it may; the feed leaves its taps out until it has written. */
  full(): boolean;
  /** Applies what was fetched; a promise where it must wait first, and nothing more is fetched meanwhile. */
  take(fetched: Fetched): Promise<void> | undefined;
  /** Handed on: what is lost is for the lane to decide. */
  gap(range: { earliest: number; end: number }): void;
  /** What stands at `next` can never be read. */
  unreadable(fault: Fault): void;
}

/** Of the time that its word is good for, until a lane says again that it is idle: fetches and a transaction take their time. */
export const idleAgain = 0.4;

/** One input of one lane, as the shared feed sees it. */
export class LaneTap implements Tap {
  readonly topic: string;
  readonly partition: number;
  readonly input: number;
  /** The high watermark last seen. */
  end = 0;
  readonly #owner: TapOwner;
  #busy = false;
  #drainedAt: number | undefined;
  #saidAt: number | undefined;

  constructor({ topic, partition }: Place, input: number, owner: TapOwner) {
    this.topic = topic;
    this.partition = partition;
    this.input = input;
    this.#owner = owner;
  }

  get next(): number {
    return this.#owner.next();
  }

  get open(): boolean {
    return this.#owner.open();
  }

  get full(): boolean {
    return this.#busy || this.#owner.full();
  }

  /** While the lane waits for a schema the answer is let go: `next` has not moved, so the same comes again. */
  feed(fetched: Fetched): void {
    this.end = fetched.highWatermark;
    if (fetched.records.length > 0 || fetched.next < fetched.highWatermark) {
      this.#drainedAt = undefined;
      this.#saidAt = undefined;
    } else this.#drainedAt ??= Date.now();
    if (this.#busy) return;
    const waiting = this.#owner.take(fetched);
    if (waiting === undefined) return;
    this.#busy = true;
    void waiting.finally(() => {
      this.#busy = false;
    });
  }

  gap(range: { earliest: number; end: number }): void {
    this.#owner.gap(range);
  }

  unreadable(fault: Fault): void {
    this.#owner.unreadable(fault);
  }

  /** True once, when fetches have found nothing at the high watermark for so long; again only after the next record. */
  drainedFor(ms: number): boolean {
    if (this.#drainedAt === undefined || Date.now() - this.#drainedAt < ms) return false;
    this.#drainedAt = Number.POSITIVE_INFINITY;
    this.#saidAt = Date.now();
    return true;
  }

  /** True every so often after that, as long as fetches find nothing. */
  stillDrained(everyMs: number): boolean {
    if (this.#saidAt === undefined || Date.now() - this.#saidAt < everyMs) return false;
    this.#saidAt = Date.now();
    return true;
  }
}
