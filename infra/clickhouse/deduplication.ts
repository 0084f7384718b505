import type { Table } from "../../schemas/clickhouse/table.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { clickHouseFault } from "./classify.ts";
import type { ClickHouseClient } from "./client.ts";

/** A window that the inserts of a few seconds would use up is as good as none. */
const leastWindow = 100;

/**
 * Refuses tables that would take an insert twice: a plain MergeTree remembers tokens only where it was told to, replicated and
 * shared ones unless they were told not to.
 */
export async function checkDeduplication(client: ClickHouseClient, database: string, tables: readonly Table[]): Promise<void> {
  const [engines, defaults] = await Promise.all([
    rows<{ name: string; engine: string; engine_full: string }>(
      client,
      "SELECT name, engine, engine_full FROM system.tables WHERE database = {database:String}",
      { database },
    ),
    rows<{ name: string; value: string }>(
      client,
      "SELECT name, value FROM system.merge_tree_settings WHERE name IN ('non_replicated_deduplication_window', 'replicated_deduplication_window')",
    ),
  ]);
  for (const { name } of tables) {
    const found = engines.find((table) => table.name === name);
    if (found === undefined) throw new Fault("GW_CLICKHOUSE_REFUSED", `${database}.${name} is not there although it was just made`);
    if (!found.engine.endsWith("MergeTree")) {
      throw new Fault(
        "GW_CLICKHOUSE_NO_DEDUP",
        `${database}.${name} is a ${found.engine}, which takes an insert twice; a MergeTree is needed`,
      );
    }
    const setting = /^(Replicated|Shared)/.test(found.engine) ? "replicated_deduplication_window" : "non_replicated_deduplication_window";
    const own = new RegExp(`\\b${setting} = (\\d+)`).exec(found.engine_full)?.[1];
    const window = Number(own ?? defaults.find((one) => one.name === setting)?.value ?? 0);
    if (window >= leastWindow) continue;
    const cure = `ALTER TABLE ${database}.${name} MODIFY SETTING ${setting} = 10000`;
    throw new Fault(
      "GW_CLICKHOUSE_NO_DEDUP",
      `${database}.${name} remembers ${window} inserts, at least ${leastWindow} are needed: ${cure}`,
    );
  }
}

async function rows<R>(client: ClickHouseClient, query: string, query_params: Record<string, unknown> = {}): Promise<R[]> {
  try {
    return await (await client.query({ query, query_params, format: "JSONEachRow" })).json<R>();
  } catch (error) {
    throw clickHouseFault(error, "looking at the tables' engines");
  }
}
