import { openClickHouse } from "../../infra/clickhouse/client.ts";
import { queryRows } from "../../infra/clickhouse/query.ts";
import type { Settings } from "../../infra/config/settings.ts";
import type { StatusView } from "../../infra/http/status-view.ts";
import type { RunningStack } from "../../infra/local-stack/running.ts";
import { RegistryHttp } from "../../infra/registry/registry-http.ts";
import { clickhouseAccess, kafkaAccess, registryAccess } from "../command-line/addresses.ts";
import type { Context } from "../command-line/context.ts";
import { type Check, check } from "./check.ts";

/** The neighbours that are configured or belong to the running stack; a missing one is told, and needed only where another is there. */
export async function connectionChecks(settings: Settings, stack: RunningStack | undefined, context: Context): Promise<Check[]> {
  const asked = [
    reach(
      "Kafka",
      () => kafkaAccess(settings, stack).brokers.join(","),
      async () => {
        const brokers = [...kafkaAccess(settings, stack).brokers];
        const log = await context.kafka({ ...settings, kafka: { ...settings.kafka, brokers } });
        return (await log.admin.describe()).detail;
      },
    ),
    reach(
      "registry",
      () => registryAccess(settings, stack).url,
      async () => {
        const { url, username, password } = registryAccess(settings, stack);
        const subjects = await new RegistryHttp(url, username, password).subjects();
        if (!subjects.ok) throw new Error(`it refuses to list subjects: ${subjects.message}`);
        return `${(subjects.value as unknown[]).length} subjects`;
      },
    ),
    reach(
      "ClickHouse",
      () => clickhouseAccess(settings, stack).url,
      () => clickhouseVersion(settings, stack),
    ),
  ];
  const checks = await Promise.all(asked);
  const status = stack?.addresses.status;
  return status === undefined ? checks : [...checks, await check("status page", status, false, () => answers(status))];
}

/** A neighbour nobody has named cannot be wrong. */
async function reach(name: string, address: () => string, look: () => Promise<string>): Promise<Check> {
  let at: string;
  try {
    at = address();
  } catch (error) {
    return { name, address: "", ok: false, detail: error instanceof Error ? error.message : String(error), needed: false };
  }
  return await check(name, at, true, look);
}

async function clickhouseVersion(settings: Settings, stack: RunningStack | undefined): Promise<string> {
  const client = openClickHouse(clickhouseAccess(settings, stack));
  try {
    for await (const { version, user } of queryRows(client, "system", "SELECT version() AS version, currentUser() AS user")) {
      return `ClickHouse ${String(version)}, as user ${String(user)}`;
    }
    return "it answers nothing";
  } finally {
    await client.close();
  }
}

async function answers(address: string): Promise<string> {
  const response = await fetch(`${address}/api/v1/status`, { signal: AbortSignal.timeout(5_000) });
  if (response.status === 401) return "it answers, and asks for its token";
  const { workers } = (await response.json()) as Pick<StatusView, "workers">;
  const ready = workers.filter(({ state }) => state === "healthy").length;
  const detail = `${ready} of ${workers.length} workers ready`;
  if (ready < workers.length) throw new Error(`${detail}: the page says why`);
  return detail;
}
