import type { Headers, LogRecord } from "../../../operators/stream/record.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import { ByteReader } from "./byte-reader.ts";
import { decompressed } from "./compression.ts";

/** A transaction that was aborted, by its producer and the first offset it wrote. */
export interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** What a partition's bytes held. */
export interface Read {
  readonly records: LogRecord[];
  /** Where to go on: after the last whole batch, whatever it held. */
  readonly next: number;
  /** Bytes to ask for where not even the first batch was whole; else 0. */
  readonly needed: number;
}

/** Where the fields of a batch stand (magic 2). */
const at = {
  length: 8,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
  records: 61,
} as const;
/** Base offset and length, which every batch begins with. */
const prefix = 12;
const logAppendTime = 0x08;
const transactional = 0x10;
const control = 0x20;
/** Type of a control record whose transaction was aborted. */
const abortMarker = 0;

/**
 * The committed records at or after `from` in a partition's bytes. Batches that compaction has emptied, control records and
 * whole aborted batches only move `next` on (kafkajs drops an emptied batch without a trace, and a reader stands still on it).
 *
 * The broker lists aborted transactions by where they end. kafkajs takes the list for sorted by first offset and opens at
 * most one a record, so records of aborted transactions reach its consumers where two transactions lie over each other.
 */
export function readCommitted(bytes: Buffer, from: number, aborted: readonly Aborted[]): Read {
  const reading = new Reading(from, aborted);
  for (let start = 0; start + prefix <= bytes.length; ) {
    const size = prefix + bytes.readInt32BE(start + at.length);
    if (start + size > bytes.length) return { ...reading.read(), needed: start === 0 ? size : 0 };
    try {
      reading.batch(bytes.subarray(start, Math.max(start, start + size)));
    } catch (error) {
      // What can be read comes first; the next fetch begins here.
      if (reading.next === from) throw error;
      break;
    }
    start += size;
  }
  return { ...reading.read(), needed: 0 };
}

/** One after the other, the batches of a partition. */
class Reading {
  next: number;
  readonly #from: number;
  readonly #records: LogRecord[] = [];
  readonly #coming: readonly Aborted[];
  /** Producers whose transaction at this place was aborted. */
  readonly #open = new Set<number>();
  #opened = 0;

  constructor(from: number, aborted: readonly Aborted[]) {
    this.next = from;
    this.#from = from;
    this.#coming = aborted.length < 2 ? aborted : [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  read(): { records: LogRecord[]; next: number } {
    return { records: this.#records, next: this.next };
  }

  /** Throws for a batch that cannot be read, and has taken nothing of it then. */
  batch(bytes: Buffer): void {
    if (bytes.length < at.records) throw new Fault("GW_KAFKA_PROTOCOL", "a batch of records is shorter than its header");
    if (bytes[at.magic] !== 2) throw new Fault("GW_KAFKA_PROTOCOL", "records in a format older than Kafka 0.11 cannot be read");
    const reader = new ByteReader(bytes);
    const base = reader.int64();
    const attributes = bytes.readInt16BE(at.attributes);
    const last = base + bytes.readInt32BE(at.lastOffsetDelta);
    reader.at = at.producerId;
    const producerId = reader.int64();
    this.#begin(last);
    if ((attributes & control) !== 0) {
      if (marker(bytes) === abortMarker) this.#open.delete(producerId);
    } else if (last >= this.#from && ((attributes & transactional) === 0 || !this.#open.has(producerId))) {
      const held = this.#records.length;
      try {
        readBatch(bytes, base, attributes, this.#from, this.#records);
      } catch (error) {
        this.#records.length = held;
        throw error;
      }
    }
    this.next = Math.max(this.next, last + 1);
  }

  #begin(last: number): void {
    for (let one = this.#coming[this.#opened]; one !== undefined && one.firstOffset <= last; one = this.#coming[this.#opened]) {
      this.#open.add(one.producerId);
      this.#opened += 1;
    }
  }
}

function readBatch(batch: Buffer, base: number, attributes: number, from: number, into: LogRecord[]): void {
  const header = new ByteReader(batch, at.firstTimestamp);
  const firstTimestamp = header.int64();
  const maxTimestamp = header.int64();
  const count = batch.readInt32BE(at.count);
  const reader = new ByteReader(decompressed(attributes, batch.subarray(at.records)));
  const appended = (attributes & logAppendTime) !== 0;
  for (let i = 0; i < count; i += 1) {
    const length = reader.varint();
    const end = reader.at + length;
    // The record's own attributes: unused.
    reader.at += 1;
    const timestampDelta = reader.varlong();
    const timestampMs = appended ? maxTimestamp : firstTimestamp + timestampDelta;
    const offset = base + reader.varint();
    if (offset >= from) into.push({ offset, timestampMs, key: reader.varbytes(), value: reader.varbytes(), headers: readHeaders(reader) });
    reader.at = end;
  }
}

const none: Headers = Object.freeze({});

/** A name that stands more than once keeps all its values. */
function readHeaders(reader: ByteReader): Headers {
  const count = reader.varint();
  if (count <= 0) return none;
  const headers: Record<string, Buffer | readonly Buffer[]> = Object.create(null);
  for (let i = 0; i < count; i += 1) {
    const name = reader.varbytes()?.toString() ?? "";
    const value = reader.varbytes() ?? Buffer.alloc(0);
    const held = headers[name];
    headers[name] = held === undefined ? value : Buffer.isBuffer(held) ? [held, value] : [...held, value];
  }
  return headers;
}

/** The type of a control batch's only record; undefined where compaction has taken it. Key: version, then type. */
function marker(bytes: Buffer): number | undefined {
  if (bytes.readInt32BE(at.count) === 0) return undefined;
  const reader = new ByteReader(bytes, at.records);
  reader.varint();
  reader.at += 1;
  reader.varlong();
  reader.varint();
  return reader.varbytes()?.readInt16BE(2);
}
