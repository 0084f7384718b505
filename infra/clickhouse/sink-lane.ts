import { setTimeout as pause } from "node:timers/promises";
import type { LogRecord, Place } from "../../operators/stream/record.ts";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { TransactionalWriter } from "../kafka/port.ts";
import type { LaneStatus } from "../lanes/lane.ts";
import type { Links } from "../lanes/links.ts";
import { deadLetter } from "../lanes/outgoing.ts";
import type { Runnable } from "../lanes/part-runner.ts";
import { LaneTap } from "../lanes/tap.ts";
import { blockRows } from "./block-rows.ts";
import { encodeIntent, type Intent } from "./intent.ts";
import { patiently } from "./patience.ts";
import { placeRows } from "./place-rows.ts";
import type { Refused } from "./row.ts";
import type { RowMaker } from "./rows.ts";
import type { SinkSettings } from "./settings.ts";
import { type Block, SinkBuffer } from "./sink-buffer.ts";
import { recoverSink } from "./sink-recovery.ts";
import type { SinkTable } from "./sink-table.ts";

export interface SinkLaneOptions {
  readonly links: Links;
  /** Also the first part of the transactional id, which ends in the partition. */
  readonly group: string;
  readonly topic: AnyTopic;
  readonly place: Place;
  readonly table: SinkTable;
  readonly rows: RowMaker;
  readonly settings: SinkSettings;
  readonly meter: SinkMeter;
}

/** What sink lanes report of themselves. */
export interface SinkMeter {
  /** A block is in its table. */
  block(topic: string, written: { rows: number; refused: number; ms: number }): void;
  /** An attempt failed and is made again. */
  retry(topic: string, code: string): void;
}

/**
 * One partition of an output topic on its way into its table, each record as exactly one row or one dead letter.
 *
 *     ┌ transaction: dead letters of the block before, its end as the position, and the next block's end as intent
 *     │            ┌ insert of exactly that block, repeated until it is known to be there
 *     ▼            ▼
 *     [position ── block under way ── end) [buffered …            next fetch ▶
 *
 * A crash between the two leaves an intent: the next owner, having fenced this one, builds the very same block from the topic
 * and brings in what the table lacks of it (`placeRows`). A block is inserted only under an intent that is known to be
 * committed, so an owner that was fenced can at most insert the one block its successor knows of.
 *
 * While ClickHouse or the registry is away the lane waits, reads no further than its buffer, and says so (`waitingFor`).
 */
export class SinkLane implements Runnable {
  readonly taps: readonly LaneTap[];
  readonly #options: SinkLaneOptions;
  readonly #leaving = new AbortController();
  #status: LaneStatus = "waiting";
  #buffer = new SinkBuffer(0);
  #committed: Intent = { position: 0, end: undefined };
  /** Of the block under way; they go with the transaction that closes it. */
  #refused: readonly Refused[] = [];
  #committedAt = 0;
  #blockAt = 0;
  #waitingFor: string | undefined;
  #committingSince: number | undefined;
  /** The table may hold rows of blocks before this offset, whatever the position says. */
  #doubtBelow = 0;
  /** The gap behind what is buffered: that is written before the lane goes over it, or halts at it. */
  #ahead: { earliest: number; end: number } | undefined;
  #fault: Fault | undefined;
  #wake: () => void = () => undefined;

  constructor(options: SinkLaneOptions) {
    this.#options = options;
    const { blockRows: maxRows, blockBytes } = options.settings;
    this.taps = [
      new LaneTap(options.place, 0, {
        next: () => this.#buffer.next,
        open: () => this.#status === "live",
        full: () => this.#ahead !== undefined || this.#buffer.length >= 2 * maxRows || this.#buffer.bytes >= 2 * blockBytes,
        take: (fetched) => {
          this.#buffer.take(fetched);
          this.#wake();
          return undefined;
        },
        gap: (range) => this.#gap(range),
        unreadable: (fault) => this.#fail(fault),
      }),
    ];
  }

  get status(): LaneStatus {
    return this.#status;
  }

  /** What is away, in words; undefined while all is well. */
  get waitingFor(): string | undefined {
    return this.#waitingFor;
  }

  /** A wait for ClickHouse is no stall: only a transaction that does not end is. */
  get stalledMs(): number {
    return this.#committingSince === undefined ? 0 : Date.now() - this.#committingSince;
  }

  positions(): { topic: string; next: number; committed: number; lag: number }[] {
    const { position } = this.#committed;
    return this.taps.map(({ topic, end }) => ({ topic, next: this.#buffer.next, committed: position, lag: Math.max(0, end - position) }));
  }

  async run(onLive: () => void): Promise<void> {
    try {
      const writer = await this.#open();
      if (writer === undefined) return;
      onLive();
      while (this.#isToWrite()) {
        await this.#due();
        if (this.#isToWrite()) await this.#step(writer);
      }
      if (this.#status === "finishing" && this.#committed.end !== undefined) await this.#commit(writer, undefined);
    } catch (error) {
      if (!this.#leaving.signal.aborted) this.#fault ??= faultOf(error, "GW_LANE_OUTCOME_UNKNOWN", this.#label);
    } finally {
      this.#close();
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Ends after the block under way; one that waits for ClickHouse is left to the next owner. */
  finish(): void {
    if (this.#status === "live") this.#status = "finishing";
    else this.#close();
    if (this.#waitingFor !== undefined) this.#leaving.abort();
    this.#wake();
  }

  /** Leaves now: nothing more is begun. */
  drop(): void {
    this.#close();
  }

  /** Whoever takes over has one block to look after, whenever it comes. */
  hurry(): void {}

  get #label(): string {
    return `${this.#options.group}/${this.#options.place.partition}`;
  }

  /** Only what Kafka answers takes one of the recoveries that run at once: lanes that wait for ClickHouse must not hold up the others. */
  async #open(): Promise<TransactionalWriter | undefined> {
    const { links, group, place, table, settings } = this.#options;
    const recovered = await links.recoveries.take(async () => {
      if (this.#status !== "waiting") return undefined;
      this.#status = "recovering";
      return recoverSink(links.log, group, place, settings.onGap, () => this.#status === "recovering");
    });
    if (recovered === undefined || this.#isOver()) return undefined;
    const { writer, intent, block, own, gap } = recovered;
    if (gap !== undefined) this.#sayGap(gap);
    this.#committed = intent;
    this.#buffer = new SinkBuffer(intent.end ?? intent.position);
    if (!own) this.#doubtBelow = 1 + (await this.#insist(() => table.highest(this.#leaving.signal)));
    if (block !== undefined) this.#refused = await this.#place(block, true);
    if (this.#isOver()) return undefined;
    this.#status = "live";
    return writer;
  }

  /** One transaction, and where something is buffered one block. */
  async #step(writer: TransactionalWriter): Promise<void> {
    if (this.#ahead !== undefined && this.#buffer.length === 0) return this.#passGap(writer, this.#ahead);
    const { blockRows: maxRows, blockBytes } = this.#options.settings;
    const block = this.#buffer.cut(maxRows, blockBytes);
    if (block === undefined) this.#buffer.skip();
    await this.#commit(writer, block);
    if (block === undefined || this.#isOver()) return;
    this.#blockAt = Date.now();
    this.#refused = await this.#place(block, block.position < this.#doubtBelow);
  }

  /** Closes the block before and writes down the next one, if any. */
  async #commit(writer: TransactionalWriter, block: Block | undefined): Promise<void> {
    const { links, group, place, topic } = this.#options;
    const intent: Intent = { position: block?.position ?? this.#buffer.begin, end: block?.end };
    const letters = this.#refused.map(({ record, attempts, ...reason }) =>
      deadLetter({ ...reason, topic: topic.name, partition: place.partition, origin: record }, "sinks", links.named, attempts),
    );
    this.#committingSince = Date.now();
    try {
      if (letters.length > 0) await writer.send(letters);
      await writer.commit(group, [{ ...place, offset: intent.position, metadata: encodeIntent(intent) }]);
    } finally {
      this.#committingSince = undefined;
    }
    this.#refused = [];
    this.#committed = intent;
    this.#committedAt = Date.now();
  }

  async #place({ records }: Block, doubt: boolean): Promise<Refused[]> {
    const { topic, table, rows, meter, links, settings } = this.#options;
    const { signal } = this.#leaving;
    const started = Date.now();
    const insist = <R>(work: (attempt: number) => Promise<R>) => this.#insist(work);
    const late = () => Date.now() - this.#committedAt > settings.trustMs;
    const ready = async (some: readonly LogRecord[]) => {
      const unknown = topic.schema === null ? [] : links.codec.unknownIds(some);
      if (unknown.length > 0) await insist(() => links.codec.warm(unknown));
    };
    const { months, refused } = await blockRows(records, rows, ready);
    const placing = { table, signal, late, insist, pause: (ms: number) => pause(ms, undefined, { signal }) };
    for (const month of months) refused.push(...(await placeRows(month, placing, doubt)));
    meter.block(topic.name, { rows: records.length - refused.length, refused: refused.length, ms: Date.now() - started });
    return this.#deadLettered(refused);
  }

  /** A dead letter that its own table refuses would come back as a dead letter for ever: it stays in its topic alone. */
  #deadLettered(refused: Refused[]): Refused[] {
    const [first] = refused;
    if (first === undefined || this.#options.topic.schema !== null) return refused;
    const { code, message, record } = first;
    this.#options.links.logger.error({ code, offset: record.offset, refused: refused.length }, `${this.#label} leaves out ${message}`);
    return [];
  }

  async #insist<R>(work: (attempt: number) => Promise<R>): Promise<R> {
    const { settings, meter, topic, links, group } = this.#options;
    const failed = (fault: Fault, attempt: number) => {
      if (attempt === 0) links.logger.warn({ group, code: fault.code }, `${this.#label} waits. ${fault.message}`);
      meter.retry(topic.name, fault.code);
      this.#waitingFor = fault.message;
      if (this.#status === "finishing") this.#leaving.abort();
    };
    const { retryMinMs: minMs, retryMaxMs: maxMs } = settings;
    const result = await patiently(work, { minMs, maxMs, signal: this.#leaving.signal, failed });
    if (this.#waitingFor !== undefined) links.logger.info({ group }, `${this.#label} goes on`);
    this.#waitingFor = undefined;
    return result;
  }

  #gap(range: { earliest: number; end: number }): void {
    this.#ahead = range;
    this.#wake();
  }

  #fail(fault: Fault): void {
    this.#fault ??= fault;
    this.#close();
  }

  async #passGap(writer: TransactionalWriter, range: { earliest: number; end: number }): Promise<void> {
    const { place, settings } = this.#options;
    const expected = this.#buffer.next;
    const message = `${place.topic}[${place.partition}] holds ${range.earliest} to ${range.end}, expected ${expected}`;
    this.#ahead = undefined;
    this.#buffer.skip();
    if (settings.onGap === "halt") {
      await this.#commit(writer, undefined);
      throw new Fault("GW_LANE_OFFSET_GAP", message, { ...place, ...range, expected });
    }
    const to = settings.onGap === "earliest" ? range.earliest : range.end;
    this.#sayGap(`${message}: going on at ${to}`);
    this.#buffer.jump(to);
    await this.#commit(writer, undefined);
  }

  #sayGap(what: string): void {
    const { links, group } = this.#options;
    links.logger.error({ group, code: "GW_LANE_OFFSET_GAP" }, `${what}, as sinks.onGap says`);
  }

  /** Resolves when a block is due, when the one before is to be closed, or when the lane is to leave. */
  async #due(): Promise<void> {
    while (this.#status === "live") {
      const wait = this.#dueAt() - Date.now();
      if (wait <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = wait === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, wait);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #dueAt(): number {
    const { blockRows: maxRows, blockBytes, blockMs, quietMs } = this.#options.settings;
    if (this.#ahead !== undefined || this.#buffer.length >= maxRows || this.#buffer.bytes >= blockBytes) return 0;
    if (this.#buffer.length > 0 || this.#committed.end !== undefined) return this.#blockAt + blockMs;
    return this.#buffer.next > this.#committed.position ? this.#committedAt + quietMs : Number.POSITIVE_INFINITY;
  }

  /** Also while it leaves with records that nobody can read again. */
  #isToWrite(): boolean {
    return this.#status === "live" || (this.#status === "finishing" && this.#ahead !== undefined);
  }

  #isOver(): boolean {
    return this.#status === "closed";
  }

  #close(): void {
    this.#status = "closed";
    this.#leaving.abort();
    this.#wake();
  }
}
