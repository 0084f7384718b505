import avro from "avsc";
import type { Topic } from "./topic.ts";
export function internalTopic<T>({ name, schema, eventTime }: { name: string; schema: object; eventTime: ((value: T) => number) | null }): Topic<T> {
  return {
    name, schema, type: avro.Type.forSchema(schema as avro.Schema), role: "internal", key: () => "", keyFields: [], eventTime,
    partitions: { local: 4, production: 12 }, cleanup: "delete", retentionMs: 3 * 86_400_000, maxRecordBytes: 1_000_000, timestampType: "CreateTime",
    table: null, complete: (value) => value, senseless: () => undefined, urgent: true, doc: "",
  };
}
