import { shapeOf } from "../shapes/shape.ts";
import type { AnyTopic } from "../topics/topic.ts";
import { type Column, columnsOf } from "./column.ts";
import { deadLetterColumns } from "./dead-letter-columns.ts";

/** A table as it should be: what a sink fills from one topic. */
export interface Table {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly Column[];
  /** What people ask by, then time. */
  readonly orderBy: readonly string[];
  /** Days since the record was written to its topic, not since what it tells of: replayed history stays as long. Null keeps it. */
  readonly keepDays: number | null;
}

/**
 * Where a row comes from, in every table: the position that makes it exactly one row, and the broker's time of the record.
 * Retention goes by that time; partitions go by `ts`, the event's.
 */
const positionColumns: readonly Column[] = [
  { name: "_topic", type: "LowCardinality(String)", comment: "The topic the row was read from." },
  { name: "_partition", type: "Int32", comment: "The partition in it." },
  { name: "_offset", type: "Int64", comment: "The offset in that. With _topic and _partition it stands in the table once." },
  { name: "_timestamp", type: "DateTime64(3, 'UTC')", comment: "When the record was written to the topic." },
];

/** The table of a topic, or undefined where no sink reads it. */
export function tableOf({ table, schema, doc }: AnyTopic): Table | undefined {
  if (table === null) return undefined;
  const columns = schema === null ? deadLetterColumns : columnsOf(shapeOf(schema));
  const asked = ["chain", "deploymentId", "instanceId", "kind", "code", "layer", "series"].filter((name) =>
    columns.some((column) => column.name === name && !column.type.includes("Nullable")),
  );
  return {
    name: table,
    doc,
    columns: [...columns, ...positionColumns],
    orderBy: [...asked, "ts"],
    keepDays: keepDays[table] === undefined ? 400 : keepDays[table],
  };
}

/** Longer than the topics keep their records; what is dense goes first, and the audit trail stays. */
const keepDays: Readonly<Record<string, number | null>> = { window: 90, score: 90, dlq: 90, audit: null };
