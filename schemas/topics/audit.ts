import type { AuditRecord } from "../types/avro.ts";
import { forEver, topic } from "./topic.ts";

/**
 * The tamper-evident chain, written by `audit` alone and kept for ever. Read by the sink.
 * Order: that of a chain, which is what makes its links checkable; another key would part them.
 */
export const audit = topic<AuditRecord>({
  name: "gatewatch.audit",
  role: "output",
  key: ["chain"],
  eventTime: "ts",
  table: "audit",
  retentionMs: forEver,
});
