import type { FaultCode } from "../../schemas/faults/faults.ts";

/**
 * What a step makes of a record. `ok` goes on (one value or several), `none` was looked at and has nothing to say, `drop` is
 * counted under a reason the stage declares, `dlq` goes to the dead-letter topic with its bytes.
 */
export type Outcome<T> = Ok<T> | None | Drop | Dlq;

/** Values that go on, in this order. */
export interface Ok<T> {
  readonly kind: "ok";
  readonly values: readonly T[];
}
/** Looked at, nothing to say: counted as `none`. */
export interface None {
  readonly kind: "none";
}
/** Left out and counted under its reason; its bytes are kept nowhere. */
export interface Drop {
  readonly kind: "drop";
  readonly reason: string;
}
/** To the dead-letter topic with its bytes; the code says what a person can do. */
export interface Dlq {
  readonly kind: "dlq";
  readonly code: FaultCode;
  readonly message: string;
}

/** Without a value it counts as passed on and brings nothing. */
export const ok = <T>(...values: readonly T[]): Ok<T> => ({ kind: "ok", values });

const nothing: None = { kind: "none" };
/** Always the same object: most records have nothing to say, and none should cost an allocation. */
export const none = (): None => nothing;

/** The reason must be among the stage's `drops`: it becomes a label of a metric. */
export const drop = (reason: string): Drop => ({ kind: "drop", reason });

/** For what a stage alone can find wrong; what cannot be decoded never comes so far. */
export const dlq = (code: FaultCode, message: string): Dlq => ({ kind: "dlq", code, message });
