import { type Column, literal, quoted } from "./column.ts";
import type { Table } from "./table.ts";

/**
 * Inserts of all writers that a table remembers, to leave out a block that comes twice. A plain MergeTree remembers none
 * unless told to. ClickHouse's own default for replicated tables is the same.
 */
const deduplicationWindow = 10_000;

/** Idempotent: several workers start at once. */
export const createDatabase = (database: string): string => `CREATE DATABASE IF NOT EXISTS ${quoted(database)}`;

/**
 * Partitioned by month of event time, since a block that touches two partitions is two inserts, each with a token of its own.
 */
export function createTable(database: string, { name, doc, columns, orderBy, keepDays }: Table): string {
  const index = "INDEX _position _offset TYPE minmax GRANULARITY 1";
  return `CREATE TABLE IF NOT EXISTS ${at(database, name)} (
  ${[...columns.map(defined), index].join(",\n  ")}
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (${orderBy.map(quoted).join(", ")})${keepDays === null ? "" : `\nTTL toDateTime(_timestamp) + INTERVAL ${keepDays} DAY`}
SETTINGS non_replicated_deduplication_window = ${deduplicationWindow}, ttl_only_drop_parts = 1
COMMENT ${literal(doc)}`;
}

/** Rows that are there read the column's own default. */
export const addColumn = (database: string, table: string, column: Column): string =>
  `ALTER TABLE ${at(database, table)} ADD COLUMN IF NOT EXISTS ${defined(column)}`;

/** Only ever to a type that keeps all it holds, see `growsInto`. */
export const growColumn = (database: string, table: string, column: Column): string =>
  `ALTER TABLE ${at(database, table)} MODIFY COLUMN ${defined(column)}`;

/** Comments are the schema's docs; they may change without touching data. */
export const commentColumn = (database: string, table: string, { name, comment }: Column): string =>
  `ALTER TABLE ${at(database, table)} COMMENT COLUMN ${quoted(name)} ${literal(comment)}`;

/** What was done to the tables, in order: one line a statement. */
export const createMigrations = (database: string): string => `CREATE TABLE IF NOT EXISTS ${at(database, "_migrations")} (
  number UInt32 COMMENT 'Counts up; a number may stand twice where two workers did the same at once.',
  table LowCardinality(String) COMMENT 'The table that was changed.',
  statement String COMMENT 'What was run.',
  appliedAt DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When.'
)
ENGINE = MergeTree
ORDER BY number
COMMENT 'What was done to the tables of this database.'`;

/** A table with its database, quoted as far as need be. */
export const at = (database: string, table: string): string => `${quoted(database)}.${quoted(table)}`;

const defined = ({ name, type, comment }: Column): string => `${quoted(name)} ${type} COMMENT ${literal(comment)}`;
