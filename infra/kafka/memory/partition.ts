import type { LogRecord } from "../../../operators/stream/record.ts";
import type { Fetched } from "../port.ts";

interface Slot {
  readonly record: LogRecord | undefined;
  readonly bytes: number;
  /** Of a record inside a transaction; undefined where it was committed by itself. */
  readonly transaction: Transaction | undefined;
}

/** An open transaction, or one whose end is known. Shared by all records written in it. */
export interface Transaction {
  state: "open" | "committed" | "aborted";
}

/**
 * One partition: records and control markers at rising offsets. A reader sees nothing at or after the first record of an open
 * transaction (the last stable offset), and nothing of an aborted one, as a read-committed consumer of Kafka does.
 */
export class MemoryPartition {
  #slots: Slot[] = [];
  #earliest = 0;
  /** Everything before this slot is decided; a transaction never opens again. */
  #settled = 0;

  get earliest(): number {
    return this.#earliest;
  }

  get end(): number {
    return this.#earliest + this.#slots.length;
  }

  /** The record's offset. Without a transaction it is committed at once. */
  append(record: Omit<LogRecord, "offset">, transaction?: Transaction): number {
    const offset = this.end;
    const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0) + 70;
    this.#slots.push({ record: { ...record, offset }, bytes, transaction });
    return offset;
  }

  /** The marker that Kafka writes into each partition of a transaction when it ends: an offset without a record. */
  mark(): void {
    this.#slots.push({ record: undefined, bytes: 0, transaction: undefined });
  }

  /** The last stable offset: that of the first record of an open transaction, or the end. */
  stable(): number {
    while (this.#settled < this.#slots.length && this.#slots[this.#settled]?.transaction?.state !== "open") this.#settled += 1;
    return this.#earliest + this.#settled;
  }

  /** Undefined where the offset is not in the log. `uncommitted` shows open and aborted records as well. */
  read(offset: number, maxBytes: number, uncommitted = false): Fetched | undefined {
    if (offset < this.#earliest || offset > this.end) return undefined;
    const end = this.stable();
    const limit = uncommitted ? this.end : end;
    const records: LogRecord[] = [];
    let bytes = 0;
    let next = offset;
    for (; next < limit && bytes < maxBytes; next += 1) {
      const slot = this.#slots[next - this.#earliest];
      if (slot?.record === undefined || (slot.transaction?.state === "aborted" && !uncommitted)) continue;
      records.push(slot.record);
      bytes += slot.bytes;
    }
    return { records, next, end, highWatermark: this.end };
  }

  /** Open and aborted records count, as they do for Kafka's index of times. */
  offsetAt(timestampMs: number): number {
    const found = this.#slots.find(({ record }) => record !== undefined && record.timestampMs >= timestampMs);
    return found?.record?.offset ?? this.end;
  }

  /** What retention does: everything before the offset is gone. */
  deleteBefore(offset: number): void {
    const count = Math.max(0, Math.min(offset, this.end) - this.#earliest);
    this.#slots = this.#slots.slice(count);
    this.#earliest += count;
    this.#settled = Math.max(0, this.#settled - count);
  }
}
