import type { LogRecord } from "../../operators/stream/record.ts";
import { faultOf } from "../../schemas/faults/fault.ts";
import type { Fetched, LogPort, Tap } from "../kafka/port.ts";
import type { RecordCodec } from "../registry/record-codec.ts";
import type { Logger } from "../telemetry/log.ts";

/**
 * Broadcast inputs of a process: each table topic (one partition, compacted) is read once and kept, and every lane takes from
 * it at its own position. Tables are small by contract (indicators, policies, commands).
 */
export class Tables {
  readonly #log: LogPort;
  readonly #schemas: Schemas;
  readonly #tables = new Map<string, Table>();

  constructor(log: LogPort, schemas: Schemas) {
    this.#log = log;
    this.#schemas = schemas;
  }

  table(topic: string): Table {
    let table = this.#tables.get(topic);
    if (table === undefined) {
      table = new Table(topic, this.#schemas);
      this.#tables.set(topic, table);
      this.#log.feed.add(table);
    }
    return table;
  }

  /** Taps are forgotten by the feed; what was read stays readable. */
  close(): void {
    for (const table of this.#tables.values()) table.open = false;
  }
}

/** As the catalogue sets `min.compaction.lag.ms` of tables: a replay never needs what is older and superseded. */
const compactionLagMs = 3_600_000;
/** Below this a table is small whatever is in it. */
const firstPrune = 10_000;
/** A registry that is away is asked so often at most. */
const registryRetryMs = 1_000;

/** What a table needs so that its records can be decoded by the time a lane sees them. */
export interface Schemas {
  readonly codec: Pick<RecordCodec, "unknownIds" | "warm">;
  readonly logger: Pick<Logger, "warn">;
}

/** All records of one table topic so far, in offset order. */
export class Table implements Tap {
  readonly topic: string;
  readonly partition = 0;
  next = 0;
  open = true;
  /** While schemas are asked for nothing more is fetched. */
  full = false;
  readonly #schemas: Schemas;
  #records: LogRecord[] = [];
  #pruneAt = firstPrune;
  readonly #listeners = new Set<() => void>();
  #whole = Promise.withResolvers<void>();

  constructor(topic: string, schemas: Schemas) {
    this.topic = topic;
    this.#schemas = schemas;
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

  feed(fetched: Fetched): void {
    if (this.full) return;
    const unknown = this.#schemas.codec.unknownIds(fetched.records);
    if (unknown.length === 0) this.#take(fetched);
    else void this.#takeOnceKnown(fetched, unknown);
  }

  async #takeOnceKnown(fetched: Fetched, unknown: readonly number[]): Promise<void> {
    this.full = true;
    try {
      await this.#schemas.codec.warm(unknown);
      this.#take(fetched);
    } catch (error) {
      const { code, message } = faultOf(error, "GW_REGISTRY_UNREACHABLE", "registry");
      this.#schemas.logger.warn({ code, topic: this.topic }, `waiting for schemas ${unknown.join(", ")}: ${message}`);
      await new Promise((resolve) => setTimeout(resolve, registryRetryMs));
    } finally {
      this.full = false;
    }
  }

  #take({ records, next, highWatermark }: Fetched): void {
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
