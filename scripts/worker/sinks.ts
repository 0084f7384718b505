import { openClickHouse } from "../../infra/clickhouse/client.ts";
import { ensureTables } from "../../infra/clickhouse/ensure-tables.ts";
import type { SinkMeter } from "../../infra/clickhouse/sink-lane.ts";
import { sinksToRun } from "../../infra/clickhouse/sinks.ts";
import { type Settings, underNamespace } from "../../infra/config/settings.ts";
import type { SinkToRun } from "../../infra/lanes/worker.ts";
import type { Logger } from "../../infra/telemetry/log.ts";

/** The tables of a namespace. */
export const databaseOf = (namespace: string): string => (namespace === "" ? "gatewatch" : `${namespace}_gatewatch`);

/** What a worker needs to fill ClickHouse. */
export interface Sinks {
  run(meter: SinkMeter): readonly SinkToRun[];
  /** Asked until it has done so; the other lanes do not wait for it. */
  makeTables(): Promise<void>;
  close(): Promise<void>;
}

/** Every topic that has a table, into it. Connects to nothing before its tables are made. */
export function sinksOf(settings: Settings, access: { url: string; user: string; password: string }, logger: Logger): Sinks {
  const client = openClickHouse(access, logger);
  const named = underNamespace(settings.namespace);
  const database = databaseOf(settings.namespace);
  return {
    run: (meter) => sinksToRun({ group: named(settings.group), client, database, named, meter, settings: settings.sinks }),
    makeTables: async () => void (await ensureTables(client, database)),
    close: () => client.close(),
  };
}
