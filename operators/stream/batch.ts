import type { FaultCode } from "../../schemas/faults/faults.ts";
import type { Origin } from "./record.ts";

/**
 * What every edge of a graph carries: records of one topic in offset order, and the lane's watermark. Windows that end at or
 * before the watermark close before the records apply. A batch is cut where the watermark steps, so what a record sees
 * depends on the records before it and never on how a fetch was sliced.
 */
export interface Batch<T> {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly T[];
  /** `origins[i]` caused `records[i]`; undefined where time did (a window that closed while its lane was idle). */
  readonly origins: readonly (Origin | undefined)[];
  /** Event time in microseconds; -Infinity until the first record of every active input. */
  readonly watermark: number;
  /** The lane has nothing left to read, so the time of others goes on without it: partial results, which must meet theirs in time, go now. */
  readonly drained: boolean;
  readonly aside: Aside;
}

/** Where stages put what is not their output. One per lane. */
export interface Aside {
  /** Once a batch and stage: how many records a stage has settled. */
  settled(stage: string, ok: number, none: number): void;
  /** Counted and gone: a reason the stage has declared. */
  dropped(stage: string, reason: string, count: number): void;
  deadLetter(letter: DeadLetter): void;
  /** Every score computed, alarm or not; absent where nobody asks, as in a lane. */
  readonly scored?: Scored;
}

/**
 * `score` is what is compared with the threshold: 0 to 1, neither rounded nor saturated, so that it ranks. `probability` is null
 * where the score is not calibrated.
 */
export type Scored = (kind: string, score: number, probability: number | null) => void;

/** What could not be processed, with its bytes: `origin`, or where time caused it the value that was on its way. */
export interface DeadLetter {
  readonly stage: string;
  readonly code: FaultCode;
  readonly message: string;
  readonly topic: string;
  readonly partition: number;
  readonly origin: Origin | undefined;
  readonly value?: unknown;
}
