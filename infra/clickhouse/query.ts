import { namedQuery } from "../../schemas/clickhouse/queries.ts";
import { clickHouseFault } from "./classify.ts";
import type { ClickHouseClient } from "./client.ts";

export type QueryRow = Readonly<Record<string, unknown>>;

/** The SQL behind a name, or the text itself where it is none. */
export const sqlOf = (nameOrSql: string): string => namedQuery(nameOrSql.trim())?.sql ?? nameOrSql;

/**
 * Rows of a query as they come, columns in order; tables without a database are those of `database`. The last row is followed
 * by an error where the answer breaks off. Throws GW_CLICKHOUSE_UNREACHABLE, GW_CLICKHOUSE_REFUSED.
 */
export async function* queryRows(client: ClickHouseClient, database: string, sql: string, signal?: AbortSignal): AsyncGenerator<QueryRow> {
  try {
    const result = await client.query({
      query: sql,
      format: "JSONEachRow",
      abort_signal: signal,
      http_headers: { "x-clickhouse-database": database },
      // A question changes nothing, whoever the user is: 2 lets it have settings of its own.
      clickhouse_settings: { readonly: "2", output_format_json_quote_64bit_integers: 0, date_time_output_format: "iso" },
    });
    for await (const rows of result.stream<QueryRow>()) for (const row of rows) yield exactly(row.text);
  } catch (error) {
    throw clickHouseFault(error, "the query");
  }
}

/** Whole numbers that a double cannot hold come as bigint: 64 bits of ClickHouse have more digits than a double keeps. */
const exactly = (text: string): QueryRow => JSON.parse(text, keepDigits) as QueryRow;

/** The third argument is what stood in the text; TypeScript's library does not know of it yet. */
function keepDigits(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || context?.source === undefined) return value;
  // A large double is written as the shortest text that reads back as it: that one keeps what it is.
  return /^-?\d+$/.test(context.source) && context.source !== String(value) ? BigInt(context.source) : value;
}
