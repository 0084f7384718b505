import type avro from "avsc";

export interface Topic<T> {
  readonly name: string;
  readonly schema: object | null;
  readonly type: avro.Type;
  readonly role: "input" | "output" | "table" | "internal";
  key(value: T): string;
  readonly keyFields: readonly string[];
  readonly eventTime: { bivariant(value: T): number }["bivariant"] | null;
  readonly partitions: { readonly local: number; readonly production: number };
  readonly cleanup: "delete" | "compact";
  readonly retentionMs: number;
  readonly maxRecordBytes: number;
  readonly timestampType: "LogAppendTime" | "CreateTime";
  readonly table: string | null;
  complete(value: T): T;
  senseless(value: T): string | undefined;
  headers?(value: T): Record<string, string>;
  readonly urgent: boolean;
  readonly doc: string;
}
export type AnyTopic = Topic<unknown>;
