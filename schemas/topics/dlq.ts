import avro from "avsc";
import { days, type Topic } from "./topic.ts";

/**
 * What could not be processed: key and value bytes as they came, the original headers, and why in headers named `dlq.…`. No
 * Avro. Takes larger records than any input, since a producer's compressed batch may hold one above the input's limit.
 */
export const dlq: Topic<Buffer> = {
  name: "gatewatch.dlq",
  schema: null,
  type: avro.Type.forSchema("bytes"),
  role: "output",
  // The lane writes the original key; there is none to build from the bytes.
  key: () => "",
  keyFields: [],
  eventTime: null,
  partitions: { local: 4, production: 12 },
  cleanup: "delete",
  retentionMs: days(14),
  maxRecordBytes: 8_000_000,
  timestampType: "CreateTime",
  table: "dlq",
  complete: (value) => value,
  senseless: () => undefined,
  untimely: () => undefined,
  urgent: false,
  doc: "What could not be processed, its bytes untouched, with the reason in headers.",
};
