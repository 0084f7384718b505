import { openClickHouse } from "../../infra/clickhouse/client.ts";
import { queryRows } from "../../infra/clickhouse/query.ts";
import type { Settings } from "../../infra/config/settings.ts";
import { underNamespace } from "../../infra/config/settings.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { Stack } from "../../infra/local-stack/stack.ts";
import { RegistryHttp } from "../../infra/registry/registry-http.ts";
import { topicByName } from "../../schemas/topics/index.ts";
import { databaseOf } from "../worker/sinks.ts";

export interface ToCount {
  readonly log: LogPort;
  readonly stack: Stack;
  readonly settings: Settings;
}

/** What now exists at the parts, one line each: topics, schemas, tables. */
export async function inventory({ log, stack, settings }: ToCount): Promise<string[]> {
  const prefix = underNamespace(settings.namespace)("");
  const topics = (await log.admin.listTopics()).filter(
    (name) => name.startsWith(prefix) && topicByName(name.slice(prefix.length)) !== undefined,
  );
  const lines = [`topics: ${topics.sort().join(", ")}`];
  if (stack.registry !== undefined) {
    const { username, password } = settings.registry;
    const subjects = await new RegistryHttp(stack.registry, username, password).subjects();
    if (subjects.ok) lines.push(`schemas: ${(subjects.value as string[]).length} subjects`);
  }
  if (stack.clickhouse !== undefined) lines.push(`tables: ${await tables(settings)}`);
  return lines;
}

async function tables({ namespace, clickhouse: { url = "", user, password } }: Settings): Promise<string> {
  const database = databaseOf(namespace);
  const client = openClickHouse({ url, user, password });
  try {
    const names: string[] = [];
    const sql = `SELECT name FROM system.tables WHERE database = '${database}' AND NOT startsWith(name, '_') ORDER BY name`;
    for await (const { name } of queryRows(client, "system", sql)) names.push(String(name));
    return names.length === 0 ? "none" : `${names.join(", ")} in ${database}`;
  } finally {
    await client.close();
  }
}
