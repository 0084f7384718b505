import { Readable } from "node:stream";
import type { Place } from "../../operators/stream/record.ts";
import { quoted } from "../../schemas/clickhouse/column.ts";
import { at } from "../../schemas/clickhouse/statements.ts";
import { clickHouseFault } from "./classify.ts";
import type { ClickHouseClient } from "./client.ts";
import type { Row } from "./row.ts";

/** What a sink lane needs of its table. Errors are Faults, see `clickHouseFault`. */
export interface SinkTable {
  /** The offsets of these rows that stand in the table already. */
  held(rows: readonly Row[], signal: AbortSignal): Promise<ReadonlySet<number>>;
  /** All or none. Rows of one table partition, ascending; the same rows always under the same token, or its successor where so many are burnt. */
  insert(rows: readonly Row[], signal: AbortSignal, burnt: number): Promise<void>;
  /** Whether a token can be remembered although its part was lost: where both are files of one server that may be killed between the two. */
  mayBurnTokens(signal: AbortSignal): Promise<boolean>;
  /** The highest offset of the place that stands in the table, -1 where none does. */
  highest(signal: AbortSignal): Promise<number>;
}

/** The rows of one topic partition in a table of ClickHouse. */
export function sinkTable(client: ClickHouseClient, database: string, table: string, columns: readonly string[], place: Place): SinkTable {
  const name = at(database, table);
  const where = "_topic = {topic:String} AND _partition = {partition:Int32}";
  const ask = async <R>(query: string, params: Record<string, unknown>, signal: AbortSignal): Promise<R[]> => {
    try {
      const query_params = { ...place, ...params };
      const result = await client.query({
        query,
        query_params,
        format: "JSONCompactEachRow",
        abort_signal: signal,
        clickhouse_settings: whole,
      });
      return (await result.json()) as R[];
    } catch (error) {
      throw clickHouseFault(error, `asking ${name}`);
    }
  };
  return {
    async held(rows, signal) {
      const range = { first: rows[0]?.record.offset, last: rows.at(-1)?.record.offset, month: rows[0]?.month };
      const query = `SELECT _offset, toUnixTimestamp64Milli(_timestamp) FROM ${name}
        WHERE ${where} AND _offset BETWEEN {first:Int64} AND {last:Int64} AND toYYYYMM(ts) = {month:UInt32}`;
      const found = new Map(
        (await ask<[string | number, string | number]>(query, range, signal)).map(([offset, ms]) => [Number(offset), Number(ms)]),
      );
      // A topic that was deleted and made anew has the same offsets and other records.
      return new Set(rows.filter(({ record }) => found.get(record.offset) === record.timestampMs).map(({ record }) => record.offset));
    },
    async insert(rows, signal, burnt) {
      try {
        // Not `client.insert`: it takes JSON formats as objects only, and would write each row a second time.
        const { stream } = await client.exec({
          query: `INSERT INTO ${name} (${columns.map(quoted).join(", ")}) FORMAT JSONCompactEachRow`,
          values: Readable.from([Buffer.from(`[${rows.map(({ text }) => text).join("]\n[")}]\n`)], { objectMode: false }),
          abort_signal: signal,
          clickhouse_settings: { ...asOneBlock, insert_deduplication_token: tokenOf(place, rows, burnt) },
        });
        // Its socket goes back only when the answer, which is empty, has been read.
        for await (const _ of stream);
      } catch (error) {
        throw clickHouseFault(error, `inserting ${rows.length} rows into ${name}`);
      }
    },
    async mayBurnTokens(signal) {
      // Replicated and shared tables keep token and part in one transaction of their keeper; a replica may be behind, though.
      const query = "SELECT engine FROM system.tables WHERE database = {database:String} AND name = {table:String}";
      const [[engine] = [""]] = await ask<[string]>(query, { database, table }, signal);
      return !/^(Replicated|Shared)/.test(engine);
    },
    async highest(signal) {
      const query = `SELECT count(), max(_offset) FROM ${name} WHERE ${where}`;
      const [[count, offset] = [0, -1]] = await ask<[string | number, string | number]>(query, {}, signal);
      return Number(count) === 0 ? -1 : Number(offset);
    },
  };
}

/**
 * Says which rows these are, and nothing of who inserts them or how they are written: a block that comes late, from an owner
 * that was replaced meanwhile or from another release, must be known again. The first record's time tells a topic from its
 * namesake that was deleted.
 */
export function tokenOf({ topic, partition }: Place, rows: readonly Row[], burnt = 0): string {
  const [first] = rows;
  const parts = [topic, partition, first?.record.offset, rows.at(-1)?.record.offset, first?.month, first?.record.timestampMs];
  return [...parts, ...(burnt === 0 ? [] : [burnt])].join("/");
}

/**
 * An insert is acknowledged when it is in the table (a server may be set to collect inserts and forget tokens), and is read
 * as one block, which becomes one part: parallel parsing would cut it.
 */
const asOneBlock = {
  async_insert: 0,
  wait_end_of_query: 1,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  input_format_parallel_parsing: 0,
  max_insert_block_size: "1000000",
  input_format_null_as_default: 0,
} as const;

/** An answer that breaks off in the middle must not count as "holds no more". */
const whole = { wait_end_of_query: 1 } as const;
