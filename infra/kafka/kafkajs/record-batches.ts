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
  const coming = aborted.length < 2 ? aborted : [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<number>();
  const records: LogRecord[] = [];
  const reader = new ByteReader(bytes);
  let opened = 0;
  let next = from;
  let start = 0;
  let needed = 0;
  while (start + prefix <= bytes.length) {
    reader.at = start;
    const base = reader.int64();
    const size = prefix + reader.int32();
    if (start + size > bytes.length) {
      if (start === 0) needed = size;
      break;
    }
    if (bytes[start + at.magic] !== 2) throw new Fault("GW_KAFKA_PROTOCOL", "records in a format older than Kafka 0.11 cannot be read");
    const attributes = bytes.readInt16BE(start + at.attributes);
    const last = base + bytes.readInt32BE(start + at.lastOffsetDelta);
    for (; (coming[opened]?.firstOffset ?? Number.POSITIVE_INFINITY) <= last; opened += 1) open.add(coming[opened]?.producerId as number);
    reader.at = start + at.producerId;
    const producerId = reader.int64();
    if ((attributes & control) !== 0) {
      if (marker(bytes, start) === abortMarker) open.delete(producerId);
    } else if (last >= from && ((attributes & transactional) === 0 || !open.has(producerId))) {
      readBatch(bytes.subarray(start, start + size), base, attributes, from, records);
    }
    next = Math.max(next, last + 1);
    start += size;
  }
  return { records, next, needed };
}

/** Only records at or after `from`: a fetch answers with whole batches, from the one that holds the offset. */
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
function marker(bytes: Buffer, start: number): number | undefined {
  if (bytes.readInt32BE(start + at.count) === 0) return undefined;
  const reader = new ByteReader(bytes, start + at.records);
  reader.varint();
  reader.at += 1;
  reader.varlong();
  reader.varint();
  return reader.varbytes()?.readInt16BE(2);
}
