import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { Logger } from "../telemetry/log.ts";
import { withoutSecrets } from "../telemetry/without-secrets.ts";

export type { ClickHouseClient };

export interface ClickHouseSettings {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
}

/**
 * One client a process. It does not retry by itself: what may be tried again, and how, is for those who call it. Errors are
 * told by them too, so its own log stays silent.
 */
export function openClickHouse({ url, user = "default", password = "" }: ClickHouseSettings, logger?: Logger): ClickHouseClient {
  const client = createClient({
    url,
    username: user,
    password,
    application: "gatewatch",
    // Above the longest stall of a merge; a request that takes longer has an unknown outcome.
    request_timeout: 60_000,
    max_open_connections: 32,
    // Under 3 s, the keep-alive of older servers, or idle sockets hang up under our hands (clickhouse-js#150, #294).
    keep_alive: { enabled: true, idle_socket_ttl: 2_500, eagerly_destroy_stale_sockets: true },
    log: { level: ClickHouseLogLevel.OFF },
  });
  logger?.debug({ url: withoutSecrets(url) }, "ClickHouse client opened");
  return client;
}
