import type { Column } from "./column.ts";

/** The dead-letter topic holds raw bytes, and the reason in headers: a column for each header, the bytes as base64. */
export const deadLetterColumns: readonly Column[] = [
  { name: "id", type: "String", comment: "topic-partition-offset-stage of what could not be processed." },
  { name: "ts", type: "DateTime64(6, 'UTC')", comment: "When it was dead-lettered." },
  { name: "code", type: "LowCardinality(String)", comment: "The fault, such as GW_DECODE_TRUNCATED." },
  { name: "stage", type: "LowCardinality(String)", comment: "The stage that could not go on." },
  { name: "message", type: "String", comment: "What was wrong, in words." },
  { name: "pipeline", type: "LowCardinality(String)", comment: "The pipeline it happened in." },
  {
    name: "origin",
    type: "Tuple(topic LowCardinality(String), partition Int32, offset Int64, timestamp Nullable(DateTime64(3, 'UTC')))",
    comment: "The record it came as: topic, partition, offset (-1 where time caused it), the broker's timestamp.",
  },
  { name: "attempts", type: "Int32", comment: "How often it was tried." },
  { name: "schemaId", type: "Nullable(Int32)", comment: "Schema id in its first bytes, where they hold one." },
  { name: "keyBase64", type: "Nullable(String)", comment: "Its key as it came, base64Decode(keyBase64); NULL where it had none." },
  { name: "valueBase64", type: "Nullable(String)", comment: "Its value as it came, base64Decode(valueBase64); NULL where it had none." },
  { name: "headers", type: "Array(Tuple(name String, valueBase64 String))", comment: "Its own headers as they came." },
];
