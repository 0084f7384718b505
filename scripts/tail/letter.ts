import type { LogRecord } from "../../operators/stream/record.ts";

/** A dead letter in the form that `apply` and the table have. */
export interface Letter {
  readonly code: string;
  readonly stage: string;
  readonly message: string;
  readonly pipeline: string;
  /** Offset and timestamp are -1 where time and not a record caused it. */
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number; readonly timestamp: number };
  readonly attempts: number;
  readonly schemaId: string;
  readonly valueBase64: string | null;
}

/** Reads the `dlq.…` headers. What another program has put there reads as far as it goes: texts empty, numbers 0. */
export function letterOf({ value, headers }: LogRecord): Letter {
  const text = (name: string): string => {
    const found = headers[`dlq.${name}`];
    return (Array.isArray(found) ? found[0] : found)?.toString() ?? "";
  };
  return {
    code: text("code"),
    stage: text("stage"),
    message: text("message"),
    pipeline: text("pipeline"),
    origin: {
      topic: text("topic"),
      partition: Number(text("partition")),
      offset: Number(text("offset")),
      timestamp: Number(text("timestamp")),
    },
    attempts: Number(text("attempts")),
    schemaId: text("schemaId"),
    valueBase64: value === null ? null : value.toString("base64"),
  };
}
