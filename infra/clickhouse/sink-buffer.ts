import type { LogRecord } from "../../operators/stream/record.ts";
import type { Fetched } from "../kafka/port.ts";

/** The records [position, end) of a topic partition, some of whose offsets hold none. */
export interface Block {
  readonly position: number;
  readonly end: number;
  readonly records: readonly LogRecord[];
}

const overheadBytes = 70;
const bytesOf = ({ key, value }: LogRecord): number => (key?.length ?? 0) + (value?.length ?? 0) + overheadBytes;

/** Records that were fetched and are in no block yet, in offset order. */
export class SinkBuffer {
  /** Where the next fetch goes on. */
  next: number;
  bytes = 0;
  #records: LogRecord[] = [];
  #begin: number;

  constructor(position: number) {
    this.next = position;
    this.#begin = position;
  }

  get length(): number {
    return this.#records.length;
  }

  /** Everything before this was cut. */
  get begin(): number {
    return this.#begin;
  }

  take({ records, next }: Pick<Fetched, "records" | "next">): void {
    for (const record of records) {
      if (record.offset < this.next) continue;
      this.#records.push(record);
      this.bytes += bytesOf(record);
    }
    this.next = Math.max(this.next, next);
  }

  /** The next block: so many rows, or so many bytes and at least one row. Undefined where there is no record. */
  cut(maxRows: number, maxBytes: number): Block | undefined {
    let rows = 0;
    let bytes = 0;
    for (; rows < this.#records.length && rows < maxRows; rows += 1) {
      const more = bytesOf(this.#records[rows] as LogRecord);
      if (rows > 0 && bytes + more > maxBytes) break;
      bytes += more;
    }
    if (rows === 0) return undefined;
    const records = this.#records.slice(0, rows);
    this.#records = this.#records.slice(rows);
    this.bytes -= bytes;
    const block = { position: this.#begin, end: this.#records[0]?.offset ?? this.next, records };
    this.#begin = block.end;
    return block;
  }

  /** Nothing lies between here and the next fetch: the position may move on without a block. */
  skip(): void {
    if (this.#records.length === 0) this.#begin = this.next;
  }

  /** Records are gone from the topic: goes on elsewhere. What is buffered must have been cut. */
  jump(offset: number): void {
    this.next = offset;
    this.#begin = offset;
  }
}
