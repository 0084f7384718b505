import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "../../infra/config/settings.ts";
import type { KafkaSettings } from "../../infra/kafka/settings.ts";
import { defaultDataDir, type RunningStack, readRunning } from "../../infra/local-stack/running.ts";
import { Fault } from "../../schemas/faults/fault.ts";

/** How to be let in. The password is never printed, also not in a fault. */
export interface ClickHouseAccess {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Where `up` keeps its data: in the checkout whatever the current folder is, else (installed as a package) in the current folder. */
export function dataDir(): string {
  if (process.env.GATEWATCH_DATA_DIR !== undefined) return resolve(process.env.GATEWATCH_DATA_DIR);
  const root = fileURLToPath(new URL("../..", import.meta.url));
  return defaultDataDir(root.includes("/node_modules/") ? process.cwd() : root);
}

/** The configured brokers, else those of the local stack that runs here. Throws GW_PART_MISSING. */
export function kafkaAccess({ kafka }: Pick<Settings, "kafka">, running: RunningStack | undefined = localStack()): KafkaSettings {
  const brokers = kafka.brokers.length > 0 ? kafka.brokers : (running?.addresses.kafka?.split(",") ?? []);
  if (brokers.length === 0) throw missing("Kafka", "KAFKA_BROKERS", running);
  const pem = (file: string | undefined) => (file === undefined ? undefined : readPem(file));
  const tls = { ca: pem(kafka.sslCaFile), cert: pem(kafka.sslCertFile), key: pem(kafka.sslKeyFile) };
  const { saslMechanism: mechanism, saslUsername: username = "", saslPassword: password = "" } = kafka;
  return {
    brokers,
    clientId: kafka.clientId,
    compression: kafka.compression,
    ssl: Object.values(tls).some((one) => one !== undefined) ? tls : kafka.ssl,
    ...(mechanism === undefined ? {} : { sasl: { mechanism, username, password } }),
  };
}

/** The configured registry, else that of the local stack. Throws GW_PART_MISSING. */
export function registryAccess(
  { registry }: Pick<Settings, "registry">,
  running: RunningStack | undefined = localStack(),
): { url: string; username?: string; password?: string } {
  const url = registry.url ?? running?.addresses.registry;
  if (url === undefined) throw missing("schema registry", "SCHEMA_REGISTRY_URL", running);
  return { ...registry, url };
}

/** The configured ClickHouse, else that of the local stack with the user it has made for writing. Throws GW_PART_MISSING. */
export function clickhouseAccess(
  { clickhouse }: Pick<Settings, "clickhouse">,
  running: RunningStack | undefined = localStack(),
): ClickHouseAccess {
  if (clickhouse.url !== undefined) return { url: clickhouse.url, user: clickhouse.user, password: clickhouse.password ?? "" };
  const url = running?.addresses.clickhouse;
  if (url === undefined) throw missing("ClickHouse", "CLICKHOUSE_URL", running);
  const file = running?.clickhousePasswordFile;
  return { url, user: running?.clickhouseUser ?? clickhouse.user, password: file === undefined ? "" : readFileSync(file, "utf8").trim() };
}

const localStack = (): RunningStack | undefined => readRunning(dataDir());

function missing(what: string, variable: string, running: RunningStack | undefined): Fault {
  const why =
    running === undefined
      ? "and no local stack runs here (`npm start`)"
      : `and the local stack (profile ${running.profile}) has none that another process can reach`;
  return new Fault("GW_PART_MISSING", `no ${what}: ${variable} is not set, ${why}`, { variable });
}

function readPem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Fault(
      "GW_CONFIG_INVALID",
      `the certificate file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
      { file },
      error,
    );
  }
}
