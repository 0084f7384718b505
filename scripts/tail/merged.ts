import { setTimeout as pause } from "node:timers/promises";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { LogRecord, Place } from "../../operators/stream/record.ts";

/** A record and where it was found. */
export interface FoundRecord {
  readonly place: Place;
  readonly record: LogRecord;
}

/** One partition on its way to `end`, with what was fetched and not given out yet. */
interface Reader {
  readonly place: Place;
  next: number;
  /** Everything before this stood in the partition when reading began, and can be read. */
  end: number;
  buffer: readonly LogRecord[];
  at: number;
}

const pieceBytes = 1 << 20;
/** A long poll: a record that comes is printed at once, and a stop is noticed within this. */
const waitMs = 500;
/** What is read and not printed yet, before reading waits for the printing. */
const mostAhead = 10_000;

/** Places with the offset to begin at. */
export type Beginnings = readonly { readonly place: Place; readonly offset: number }[];

/**
 * What is committed in the partitions, each in its own order and all of them by the broker's timestamps, up to the end that
 * stands there at the call. Afterwards the beginnings say where to go on.
 */
export async function* upToNow(log: LogPort, beginnings: Beginnings): AsyncGenerator<FoundRecord, Beginnings> {
  const ranges = await log.admin.range(beginnings.map(({ place }) => place));
  const readers: Reader[] = beginnings.map(({ place, offset }, i) => ({
    place,
    next: offset,
    end: ranges[i]?.end ?? 0,
    buffer: [],
    at: 0,
  }));
  for (;;) {
    await Promise.all(readers.map((reader) => refill(log, reader)));
    let first: Reader | undefined;
    for (const reader of readers) {
      const head = reader.buffer[reader.at];
      if (head === undefined) continue;
      const best = first?.buffer[first.at];
      if (best === undefined || head.timestampMs < best.timestampMs) first = reader;
    }
    const record = first?.buffer[first.at];
    if (first === undefined || record === undefined) return readers.map(({ place, next }) => ({ place, offset: next }));
    first.at += 1;
    yield { place: first.place, record };
  }
}

/** Fetches until there is something, or nothing more to be had: what stands behind an open transaction is not asked for again. */
async function refill(log: LogPort, reader: Reader): Promise<void> {
  while (reader.at >= reader.buffer.length && reader.next < reader.end) {
    const { records, next } = await log.fetch(reader.place, reader.next, { maxBytes: pieceBytes, maxWaitMs: 0 });
    if (next <= reader.next) {
      reader.end = reader.next;
      return;
    }
    reader.buffer = records.filter(({ offset }) => offset < reader.end);
    reader.at = 0;
    reader.next = Math.min(next, reader.end);
  }
}

/** What comes from now on, as it comes, until `stop`. */
export async function* asTheyCome(log: LogPort, beginnings: Beginnings, stop: AbortSignal): AsyncGenerator<FoundRecord> {
  const arrivals = new Arrivals(log, stop);
  for (const beginning of beginnings) arrivals.follow(beginning);
  try {
    while (!stop.aborted) yield* await arrivals.take();
  } finally {
    arrivals.end();
  }
}

/** Follows several partitions at once, no further ahead of its reader than a few thousand records. */
class Arrivals {
  readonly #log: LogPort;
  readonly #stop: AbortSignal;
  #arrived: FoundRecord[] = [];
  #failure: unknown;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(log: LogPort, stop: AbortSignal) {
    this.#log = log;
    this.#stop = stop;
    stop.addEventListener("abort", () => this.end(), { once: true });
  }

  follow(beginning: Beginnings[number]): void {
    this.#read(beginning).catch((error: unknown) => {
      this.#failure ??= error;
      this.#wake();
    });
  }

  /** What has come since the last call; waits for something. Throws what reading has failed with. */
  async take(): Promise<FoundRecord[]> {
    if (this.#arrived.length === 0 && this.#failure === undefined && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
    return this.#arrived.splice(0);
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async #read({ place, offset }: Beginnings[number]): Promise<void> {
    for (let next = offset; !this.#ended && !this.#stop.aborted; ) {
      const fetched = await this.#log.fetch(place, next, { maxBytes: pieceBytes, maxWaitMs: waitMs });
      for (const record of fetched.records) this.#arrived.push({ place, record });
      // An answer that comes at once and holds nothing (a log in memory, an open transaction) must not be asked for in a tight loop.
      if (fetched.next === next) await pause(50);
      next = fetched.next;
      if (fetched.records.length > 0) this.#wake();
      while (this.#arrived.length > mostAhead && !this.#ended) await pause(20);
    }
  }
}
