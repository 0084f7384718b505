import { avroType, days, inputRecordBytes, type Topic } from "./topic.ts";

interface InternalEntry<T> {
  readonly name: string;
  readonly schema: object;
  readonly eventTime: ((value: T) => number) | null;
}

/** A topic between two parts of one pipeline: not in the catalogue, keyed by what its writer says, read by nobody else. */
export function internalTopic<T>({ name, schema, eventTime }: InternalEntry<T>): Topic<T> {
  return {
    name,
    schema,
    type: avroType(schema),
    role: "internal",
    key: () => "",
    keyFields: [],
    eventTime,
    partitions: { local: 4, production: 12 },
    cleanup: "delete",
    retentionMs: days(3),
    maxRecordBytes: inputRecordBytes,
    timestampType: "LogAppendTime",
    table: null,
    complete: (value) => value,
    senseless: () => undefined,
    untimely: () => undefined,
    urgent: true,
    doc: "",
  };
}
