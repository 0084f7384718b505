/** Record headers as they came: a name may stand more than once. */
export type Headers = Readonly<Record<string, Buffer | readonly Buffer[]>>;

/** One record of a partition, as bytes. `timestampMs` is the broker's; `offset` is a number, exact up to 2^53. */
export interface LogRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** Where a record stands. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** A record and its place: what an output names as its source, and what a dead letter is made of. */
export interface Origin extends Place {
  readonly record: LogRecord;
}
