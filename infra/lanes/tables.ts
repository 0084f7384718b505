import type { LogRecord } from "../../operators/stream/record.ts";
import type { Fetched, LogPort, Tap } from "../kafka/port.ts";

/**
 * Broadcast inputs of a process: each table topic (one partition, compacted) is read once and kept, and every lane takes from
 * it at its own position. Tables are small by contract (indicators, policies, commands).
 */
export class Tables {
  readonly #log: LogPort;
  readonly #tables = new Map<string, Table>();

  constructor(log: LogPort) {
    this.#log = log;
  }

  table(topic: string): Table {
    let table = this.#tables.get(topic);
    if (table === undefined) {
      table = new Table(topic);
      this.#tables.set(topic, table);
      this.#log.feed.add(table);
    }
    return table;
  }

  close(): void {
    for (const table of this.#tables.values()) table.open = false;
  }
}

/** As the catalogue sets `min.compaction.lag.ms` of tables: a replay never needs what is older and superseded. */
const compactionLagMs = 3_600_000;
const firstPrune = 10_000;

/** All records of one table topic so far, in offset order. */
export class Table implements Tap {
  readonly topic: string;
  readonly partition = 0;
  next = 0;
  open = true;
  readonly full = false;
  #records: LogRecord[] = [];
  #pruneAt = firstPrune;
  readonly #listeners = new Set<() => void>();
  #whole = Promise.withResolvers<void>();

  constructor(topic: string) {
    this.topic = topic;
  }

  /** Resolves once everything that stood in the topic when it was opened has been read. */
  get whole(): Promise<void> {
    return this.#whole.promise;
  }

  /** Called after new records have arrived. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Records from this offset on, and before `end` where it is given. */
  since(offset: number, end = Number.POSITIVE_INFINITY): LogRecord[] {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle]?.offset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return this.#records.slice(low).filter((record) => record.offset < end);
  }

  feed({ records, next, highWatermark }: Fetched): void {
    for (const record of records) if (record.offset >= this.next) this.#records.push(record);
    this.next = Math.max(this.next, next);
    if (this.#records.length >= this.#pruneAt) this.#prune();
    if (this.next >= highWatermark) this.#whole.resolve();
    if (records.length > 0) for (const listener of this.#listeners) listener();
  }

  /**
   * Forgets what compaction may forget too: values with a newer one of the same key, older than any lane's checkpoint can be.
   * Without this a table that changes all day grows for as long as the process lives.
   */
  #prune(): void {
    const before = (this.#records.at(-1)?.timestampMs ?? 0) - compactionLagMs;
    const newest = new Map(this.#records.map(({ key, offset }) => [key?.toString("latin1"), offset]));
    this.#records = this.#records.filter(
      ({ key, offset, timestampMs }) => timestampMs > before || newest.get(key?.toString("latin1")) === offset,
    );
    this.#pruneAt = Math.max(firstPrune, 2 * this.#records.length);
  }

  /** Compaction moves a table's beginning; what is gone has newer values behind it. */
  gap({ earliest }: { earliest: number }): void {
    this.next = earliest;
  }
}
