import type { Place } from "../../../operators/stream/record.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import { type Fetched, placeKey } from "../port.ts";
import { ByteReader } from "./byte-reader.ts";
import type { FetchArgs } from "./calls.ts";
import type { Address, Link } from "./link.ts";
import { type Aborted, readCommitted } from "./record-batches.ts";
import { check } from "./refusal.ts";

/** A partition to fetch from. `maxBytes` is its share of the answer. */
export interface Wanted extends Place {
  readonly next: number;
  readonly maxBytes: number;
}

/** Bounds of one fetch as a whole. */
export interface FetchAtMost {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly uncommitted?: boolean;
}

/** One partition's part of an answer, its records still as bytes: whoever takes it decides when to read them. */
export interface PartitionAnswer {
  readonly place: Place;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStable: number;
  readonly aborted: readonly Aborted[];
  readonly bytes: Buffer;
}

const readAll = 0;
const readCommittedOnly = 1;

/**
 * One fetch from one node. The order asked is the order in which the broker fills the answer (kafkajs' own fetch shuffles it),
 * and each partition's error stays its own (kafkajs' own throws the whole answer away).
 */
export async function fetchFrom(
  link: Link,
  at: Address,
  wanted: readonly Wanted[],
  limits: FetchAtMost,
): Promise<Map<string, PartitionAnswer>> {
  const args: FetchArgs = {
    isolationLevel: limits.uncommitted === true ? readAll : readCommittedOnly,
    maxWaitTime: limits.maxWaitMs,
    minBytes: 1,
    maxBytes: limits.maxBytes,
    topics: inOrder(wanted),
    rackId: "",
  };
  const { errorCode, partitions } = (await link.call(at, "Fetch", args, decodeAnswer)) as Answer;
  check(errorCode);
  return partitions;
}

/**
 * The committed records of an answer, as far as they can be read. Throws GW_LOG_UNREADABLE where the first already cannot;
 * `needed` bytes must be asked for where not even one batch was whole.
 */
export function fetchedOf(
  { place, bytes, aborted, lastStable, highWatermark }: PartitionAnswer,
  from: number,
): { fetched: Fetched; needed: number } {
  try {
    const { records, next, needed } = readCommitted(bytes, from, aborted);
    return { fetched: { records, next, end: lastStable, highWatermark }, needed };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `${place.topic}[${place.partition}] cannot be read at ${from}: ${why}`;
    throw new Fault("GW_LOG_UNREADABLE", message, { ...place, offset: from }, error);
  }
}

interface Answer {
  readonly errorCode: number;
  readonly partitions: Map<string, PartitionAnswer>;
}

/** Neighbours of the same topic share an entry, which keeps the order. */
function inOrder(wanted: readonly Wanted[]): FetchArgs["topics"] {
  const topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[] = [];
  for (const { topic, partition, next, maxBytes } of wanted) {
    const entry = { partition, fetchOffset: String(next), maxBytes };
    const last = topics.at(-1);
    if (last?.topic === topic) last.partitions.push(entry);
    else topics.push({ topic, partitions: [entry] });
  }
  return topics;
}

/**
 * Fetch response, version 11: throttle_time_ms error_code session_id [topic [partition error_code high_watermark
 * last_stable_offset log_start_offset [producer_id first_offset] preferred_read_replica records]]
 */
function decodeAnswer(payload: Buffer): Answer {
  const reader = new ByteReader(payload, 4);
  const errorCode = reader.int16();
  reader.at += 4;
  const partitions = new Map<string, PartitionAnswer>();
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topic = reader.text();
    for (let count = reader.int32(); count > 0; count -= 1) {
      const partition = reader.int32();
      partitions.set(placeKey(topic, partition), decodePartition({ topic, partition }, reader));
    }
  }
  return { errorCode, partitions };
}

/** The records stay bytes: whoever has no room for them has paid nothing. */
function decodePartition(place: Place, reader: ByteReader): PartitionAnswer {
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStable = reader.int64();
  reader.at += 8;
  const aborted: Aborted[] = [];
  for (let count = reader.int32(); count > 0; count -= 1) aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  reader.at += 4;
  const size = Math.max(0, reader.int32());
  reader.at += size;
  return { place, errorCode, highWatermark, lastStable, aborted, bytes: reader.bytes.subarray(reader.at - size, reader.at) };
}
