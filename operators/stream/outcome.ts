import type { FaultCode } from "../../schemas/faults/faults.ts";

/**
 * What a step makes of a record. `ok` goes on (one value or several), `none` was looked at and has nothing to say, `drop` is
 * counted under a reason the stage declares, `dlq` goes to the dead-letter topic with its bytes.
 */
export type Outcome<T> = Ok<T> | None | Drop | Dlq;

export interface Ok<T> {
  readonly kind: "ok";
  readonly values: readonly T[];
}
export interface None {
  readonly kind: "none";
}
export interface Drop {
  readonly kind: "drop";
  readonly reason: string;
}
export interface Dlq {
  readonly kind: "dlq";
  readonly code: FaultCode;
  readonly message: string;
}

export const ok = <T>(...values: readonly T[]): Ok<T> => ({ kind: "ok", values });

const nothing: None = { kind: "none" };
export const none = (): None => nothing;

export const drop = (reason: string): Drop => ({ kind: "drop", reason });

export const dlq = (code: FaultCode, message: string): Dlq => ({ kind: "dlq", code, message });
