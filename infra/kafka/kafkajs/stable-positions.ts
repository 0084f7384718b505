import { Fault } from "../../../schemas/faults/fault.ts";
import { ByteReader } from "./byte-reader.ts";
import type { FetchedPosition } from "./calls.ts";

export interface PositionsAsked {
  readonly groupId: string;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly { readonly partition: number }[] }[];
}

export interface PositionsAnswer {
  readonly errorCode: number;
  readonly responses: readonly { readonly topic: string; readonly partitions: readonly FetchedPosition[] }[];
}

/**
 * OffsetFetch, version 7, with `require_stable`: kafkajs stops at version 5. Without that flag Kafka 4 answers from what its
 * coordinator knows to be replicated, and for a moment after a restart that is less than what was committed: -1, or an older
 * position, from which a lane would write again what is written. With it the answer waits for all that is in the log.
 *
 * Request (header version 2, so one byte of tagged fields first): _tagged group_id [topic [partition] _tagged] require_stable _tagged
 */
export const stablePositions = {
  request: { apiKey: 9, apiVersion: 7, apiName: "OffsetFetch" },

  encode({ groupId, topics }: PositionsAsked): Buffer {
    const parts: Buffer[] = [noTags, text(groupId), length(topics.length)];
    for (const { topic, partitions } of topics) {
      parts.push(text(topic), length(partitions.length));
      for (const { partition } of partitions) parts.push(int32(partition));
      parts.push(noTags);
    }
    return Buffer.concat([...parts, Buffer.from([1]), noTags]);
  },

  /** Response (header version 1): _tagged throttle_time_ms [topic [partition offset leader_epoch metadata error_code _tagged] _tagged] error_code _tagged */
  decode(payload: Buffer): PositionsAnswer {
    const reader = new ByteReader(payload);
    skipTags(reader);
    reader.at += 4;
    const responses = repeat(reader, () => {
      const topic = compactText(reader) ?? "";
      const partitions = repeat(reader, () => {
        const partition = reader.int32();
        const offset = String(reader.int64());
        reader.at += 4;
        const metadata = compactText(reader);
        const errorCode = reader.int16();
        skipTags(reader);
        return { partition, offset, metadata, errorCode };
      });
      skipTags(reader);
      return { topic, partitions };
    });
    return { errorCode: reader.int16(), responses };
  },
};

const noTags = Buffer.from([0]);

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** An unsigned varint. */
function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Compact: one more than the length, so that 0 is null. */
const length = (count: number): Buffer => uvarint(count + 1);

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([length(bytes.length), bytes]);
}

function readUvarint(reader: ByteReader): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new Fault("GW_KAFKA_PROTOCOL", "an answer to OffsetFetch ends too soon");
    value |= (byte & 0x7f) << shift;
    if (byte <= 0x7f) return value;
  }
}

function compactText(reader: ByteReader): string | null {
  const size = readUvarint(reader) - 1;
  if (size < 0) return null;
  reader.at += size;
  return reader.bytes.toString("utf8", reader.at - size, reader.at);
}

function repeat<R>(reader: ByteReader, read: () => R): R[] {
  return Array.from({ length: Math.max(0, readUvarint(reader) - 1) }, read);
}

/** Tagged fields are additions that a reader may pass over: each has a number, a size and so many bytes. */
function skipTags(reader: ByteReader): void {
  for (let count = readUvarint(reader); count > 0; count -= 1) {
    readUvarint(reader);
    const size = readUvarint(reader);
    reader.at += size;
  }
}
