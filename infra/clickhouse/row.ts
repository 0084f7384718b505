import type { LogRecord } from "../../operators/stream/record.ts";
import type { FaultCode } from "../../schemas/faults/faults.ts";

/** A record on its way into a table. */
export interface Row {
  readonly record: LogRecord;
  /** The table partition it falls into, `toYYYYMM(ts)`. */
  readonly month: number;
  /** The inside of a line of JSONCompactEachRow, without its brackets, in the order of the table's columns. */
  readonly text: string;
}

/** A record that no table takes, and why. */
export interface Refused {
  readonly record: LogRecord;
  readonly stage: "decode" | "insert";
  readonly code: FaultCode;
  readonly message: string;
  /** How often it was tried. */
  readonly attempts: number;
}

/** Of the month that a time in microseconds lies in, as ClickHouse's toYYYYMM in UTC. */
export function monthOf(micros: number): number {
  const date = new Date(Math.floor(micros / 1_000));
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** The record's own columns, and the event time that says which table partition they fall into. */
export type RowFields = (record: LogRecord) => { micros: number; texts: string[] };
