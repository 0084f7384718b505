const longPollMs = 500;
/** How long lanes that are being opened may take to come before long polls are in order again. */
const openingMs = 3_000;
const whileOpeningMs = 50;
const whileFullMs = 5;

/**
 * How long the feed waits, and for what. kafkajs keeps no fetch sessions, so a fetch costs by the number of its partitions,
 * whether they bring anything or not: what trickles in is fetched in portions.
 */
export class FeedPace {
  #openingUntil = 0;

  /** With nothing to ask for: a tap gets room or leaves its trouble within this. */
  readonly idleMs = whileFullMs;

  /** Lanes are being opened, or something is fetched beside the feed: for three seconds no fetch waits long. */
  soon(): void {
    this.#openingUntil = Date.now() + openingMs;
  }

  /** What a fetch may wait for its first record. A tap that gets room or is added meanwhile waits for its end. */
  maxWaitMs({ someFull, someWaiting }: { someFull: boolean; someWaiting: boolean }): number {
    if (someFull) return whileFullMs;
    return someWaiting || Date.now() < this.#openingUntil ? whileOpeningMs : longPollMs;
  }

  /** The rest before the next fetch, where the last one left nothing behind. */
  restMs(partitions: number, tookMs: number): number {
    return 10 + partitions / 5 - tookMs;
  }
}
