import { type Column, literal } from "../../schemas/clickhouse/column.ts";
import { migrate } from "../../schemas/clickhouse/migrate.ts";
import { at, createDatabase, createMigrations } from "../../schemas/clickhouse/statements.ts";
import { type Table, tableOf } from "../../schemas/clickhouse/table.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { clickHouseFault } from "./classify.ts";
import type { ClickHouseClient } from "./client.ts";
import { checkDeduplication } from "./deduplication.ts";
import { sunkTopics } from "./sinks.ts";

/**
 * Makes what the sinks write to, brings older tables forward, notes each step in `_migrations`, and makes sure that the tables
 * know an insert again (GW_CLICKHOUSE_NO_DEDUP). Any number of workers may do it at once. Resolves to the statements it ran.
 */
export async function ensureTables(client: ClickHouseClient, database: string, only: readonly AnyTopic[] = sunkTopics): Promise<string[]> {
  const tables = only.flatMap((topic) => tableOf(topic) ?? []);
  await run(client, createDatabase(database));
  await run(client, createMigrations(database));
  const found = await columnsIn(client, database);
  const done: string[] = [];
  for (const table of tables) {
    const migration = migrate(database, table, found.get(table.name));
    if ("conflict" in migration) throw new Fault("GW_CLICKHOUSE_REFUSED", `${database}.${migration.conflict}`);
    for (const statement of migration.statements) {
      await run(client, statement);
      await note(client, database, table, statement);
      done.push(statement);
    }
  }
  await checkDeduplication(client, database, tables);
  return done;
}

async function run(client: ClickHouseClient, query: string): Promise<void> {
  try {
    await client.command({ query });
  } catch (error) {
    throw clickHouseFault(error, query.split("\n", 1)[0]?.slice(0, 100) ?? "a statement");
  }
}

const note = (client: ClickHouseClient, database: string, { name }: Table, statement: string): Promise<void> =>
  run(
    client,
    `INSERT INTO ${at(database, "_migrations")} (number, table, statement)
      SELECT (SELECT max(number) FROM ${at(database, "_migrations")}) + 1, ${literal(name)}, ${literal(statement)}`,
  );

async function columnsIn(client: ClickHouseClient, database: string): Promise<Map<string, Column[]>> {
  try {
    const query = "SELECT table, name, type, comment FROM system.columns WHERE database = {database:String} ORDER BY table, position";
    const result = await client.query({ query, query_params: { database }, format: "JSONEachRow" });
    const tables = new Map<string, Column[]>();
    for (const { table, ...column } of await result.json<Column & { table: string }>())
      tables.set(table, [...(tables.get(table) ?? []), column]);
    return tables;
  } catch (error) {
    throw clickHouseFault(error, `looking at the tables of ${database}`);
  }
}
