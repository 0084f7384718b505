import { z } from "zod";
import { openClickHouse } from "../../infra/clickhouse/client.ts";
import { queryRows, sqlOf } from "../../infra/clickhouse/query.ts";
import { namedQueries } from "../../schemas/clickhouse/queries.ts";
import { closest } from "../../schemas/faults/closest.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { command } from "../command-line/command.ts";
import { printRows } from "../command-line/table.ts";
import { databaseOf } from "../worker/sinks.ts";

/** With the rights of the configured user: what it may change, a statement may change. Rows are printed as they come. */
export const query = command({
  name: "query",
  summary: "Asks ClickHouse: SQL, or a question by name.",
  details: `Without an argument it lists the questions: ${namedQueries.map(({ name }) => name).join(", ")}. Tables without a database are Gatewatch's own.`,
  examples: ["gatewatch query", "gatewatch query alerts", 'gatewatch query "SELECT kind, count() FROM alert GROUP BY kind" --json'],
  positional: ["sql"],
  configured: true,
  options: z.strictObject({
    sql: z.string().optional().describe("SQL, or the name of a question"),
    json: z.boolean().default(false).describe("one JSON object a line"),
  }),
  async run({ sql, json }, io, context) {
    if (sql === undefined) {
      await printRows(
        namedQueries.map(({ name, description }) => ({ name, description })),
        json,
        io,
      );
      return 0;
    }
    const text = statement(sql);
    const settings = context.settings();
    const client = openClickHouse(context.clickhouse(settings));
    try {
      const rows = await printRows(queryRows(client, databaseOf(settings.namespace), text), json, io);
      if (rows === 0 && !json) io.note("No rows.");
      return 0;
    } finally {
      await client.close();
    }
  },
});

/** A single word is no SQL: it can only be a name, and then it has to be one of ours. */
function statement(text: string): string {
  const names = namedQueries.map(({ name }) => name);
  if (/^[\w-]+$/.test(text.trim()) && !names.includes(text.trim())) {
    const near = closest(text, names);
    throw new Fault(
      "GW_USAGE",
      `there is no question ${text}; ${near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`}`,
    );
  }
  return sqlOf(text);
}
