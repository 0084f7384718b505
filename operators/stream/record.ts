import type { SourceRef } from "../../schemas/types/avro.ts";

/** Record headers as they came: a name may stand more than once. */
export type Headers = Readonly<Record<string, Buffer | readonly Buffer[]>>;

/** Where a record stands. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** One record of a partition, as bytes. `timestampMs` is the broker's; `offset` is a number, exact up to 2^53. */
export interface LogRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** What caused a value in the graph: the record as it was read, and the public records behind it where its topic is internal. */
export interface Origin extends LogRecord {
  readonly sources?: readonly SourceRef[];
}
