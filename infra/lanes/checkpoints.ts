import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { Fault } from "../../schemas/faults/fault.ts";
import type { LogPort, OutRecord } from "../kafka/port.ts";
import { placeKey, type TransactionalWriter } from "../kafka/port.ts";
import { checkpointKey, type LaneName, laneLabel } from "./names.ts";
import type { CheckpointPointer } from "./position.ts";

/** One send is one record batch, which a broker caps at 1 MB. */
const chunkBytes = 900_000;

/** A checkpoint as it lies in the topic: who wrote it, and the graph's dump. */
export interface SavedState {
  /**
   * Of the code and options that wrote it: another's state is loaded all the same, and doubted where records are replayed on
   * it.
   */
  readonly fingerprint: string;
  readonly state: Buffer;
}

/** The partition of the checkpoint topic that a lane uses; any would do, since chunks are read by exact offset. */
export const checkpointPartition = (name: LaneName, partitions: number): number => name.slot % partitions;

/** Compressed as it goes to the topic; cheap enough to measure its size first. */
export function pack({ fingerprint, state }: SavedState): Buffer {
  const head = Buffer.from(fingerprint);
  return zstdCompressSync(Buffer.concat([Buffer.from([head.length]), head, state]));
}

/** Writes the chunks inside the lane's open transaction, one send each, and says where they lie. */
export async function writeCheckpoint(
  writer: TransactionalWriter,
  name: LaneName,
  partition: number,
  packed: Buffer,
  topic: string,
): Promise<number[]> {
  const offsets: number[] = [];
  for (let at = 0, chunk = 0; at < packed.length; at += chunkBytes, chunk += 1) {
    const record: OutRecord = {
      topic,
      partition,
      key: Buffer.from(checkpointKey(name, chunk)),
      value: packed.subarray(at, at + chunkBytes),
    };
    const offset = (await writer.send([record])).get(placeKey(topic, partition));
    if (offset === undefined)
      throw new Fault("GW_KAFKA_PROTOCOL", `the broker named no offset for a checkpoint chunk of ${laneLabel(name)}`);
    offsets.push(offset);
  }
  return offsets;
}

/**
 * Reads exactly the chunks a recovery record names. They were committed with it, so nothing needs to be waited for: a transaction
 * that another dead lane has left open in the same partition would hold a read-committed reader back. GW_CHECKPOINT_CORRUPT where one is gone or does not unpack.
 */
export async function readCheckpoint(
  log: LogPort,
  name: LaneName,
  { partition, chunks }: CheckpointPointer,
  topic: string,
): Promise<SavedState> {
  const parts: Buffer[] = [];
  for (const [chunk, offset] of chunks.entries()) {
    const { records } = await log.fetch({ topic, partition }, offset, { maxBytes: 2 * chunkBytes, uncommitted: true });
    const found = records.find((record) => record.offset === offset);
    if (found?.value == null || found.key?.toString() !== checkpointKey(name, chunk)) {
      throw new Fault("GW_CHECKPOINT_CORRUPT", `chunk ${chunk} of ${laneLabel(name)} is not at ${topic}[${partition}]@${offset}`);
    }
    parts.push(found.value);
  }
  try {
    const whole = zstdDecompressSync(Buffer.concat(parts));
    const headLength = whole[0] ?? 0;
    return { fingerprint: whole.subarray(1, 1 + headLength).toString(), state: whole.subarray(1 + headLength) };
  } catch (error) {
    throw new Fault("GW_CHECKPOINT_CORRUPT", `the checkpoint of ${laneLabel(name)} does not unpack`, {}, error);
  }
}

/**
 * Whether the topic holds state of a lane that has no position: its group's offsets have expired, and to start it empty would
 * count everything twice. An empty partition, the usual first start, is answered without reading.
 */
export async function hasCheckpoint(log: LogPort, name: LaneName, partition: number, topic: string): Promise<boolean> {
  const [range] = await log.admin.range([{ topic, partition }]);
  const wanted = checkpointKey(name, 0);
  for (let at = range?.earliest ?? 0; at < (range?.end ?? 0); ) {
    const { records, next } = await log.fetch({ topic, partition }, at, { maxBytes: 4 * chunkBytes });
    if (records.some(({ key, value }) => value !== null && key?.toString() === wanted)) return true;
    if (next <= at) return false;
    at = next;
  }
  return false;
}
