import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, startChild } from "./child.ts";
import { answersApiVersions } from "./kafka-probe.ts";
import type { ClickHouseAccess, Part } from "./part.ts";
import { portFor, releasePort } from "./ports.ts";
import { untilReady } from "./ready.ts";
import { knowsItsSchemas } from "./registry-probe.ts";
import type { Starting } from "./starting.ts";
import { registryPath, usualPorts, versions } from "./versions.ts";

/** The first start pulls about 1 GB of images. */
const startLimitMs = 900_000;
const stopMs = 40_000;
const user = "gatewatch";

export interface ContainersToStart {
  readonly dataDir: string;
  onProgress(line: string): void;
}

/** The project's compose file, attached: the containers stop when this process does, and their volumes stay. */
export async function startContainers(
  { dataDir, onProgress }: ContainersToStart,
  starting: Starting,
): Promise<{ kafka: string; registry: string; clickhouse: ClickHouseAccess }> {
  const logFile = join(dataDir, "logs", "containers.log");
  const passwordFile = join(dataDir, "clickhouse-password");
  const password = keptPassword(dataDir, passwordFile);
  const kafka = await portFor("Kafka", usualPorts.kafka);
  const registry = await portFor("the schema registry", usualPorts.registry);
  const clickhouse = await portFor("ClickHouse", usualPorts.clickhouse);
  const env = {
    GATEWATCH_KAFKA_PORT: String(kafka),
    GATEWATCH_REGISTRY_PORT: String(registry),
    GATEWATCH_CLICKHOUSE_PORT: String(clickhouse),
    GATEWATCH_CLICKHOUSE_PASSWORD: password,
  };
  onProgress("starting containers; the first time Docker pulls their images");
  const args = ["compose", "-f", composeFile, "-p", projectOf(dataDir), "up", "--no-color"];
  const child = await startChild({ name: "docker compose", command: "docker", args, env, output: logFile, stopMs, stopSignal: "SIGINT" });
  void child.exited.then(() => [kafka, registry, clickhouse].forEach(releasePort));

  const stops = stopOnce(child);
  const container = async (name: string, address: string, detail: string, answers: () => Promise<boolean>): Promise<Part> => {
    await untilReady({ name: `the container of ${name}`, child, logFile, limitMs: startLimitMs, answers });
    return { name, address, detail, stop: stops };
  };
  const registryAddress = `http://127.0.0.1:${registry}${registryPath}`;
  const clickhouseAddress = `http://127.0.0.1:${clickhouse}`;
  try {
    await starting.all(
      starting.part(
        container("Kafka", `127.0.0.1:${kafka}`, `container of Apache Kafka ${versions.kafka}`, () => answersApiVersions(kafka)),
      ),
      starting.part(
        container("registry", registryAddress, `container of Apicurio Registry ${versions.registry}`, () =>
          knowsItsSchemas(registryAddress),
        ),
      ),
      starting.part(
        container("ClickHouse", clickhouseAddress, `container of ClickHouse ${versions.clickhouse}`, () =>
          isOk(`${clickhouseAddress}/ping`),
        ),
      ),
    );
  } catch (error) {
    await stops();
    throw error;
  }
  return { kafka: `127.0.0.1:${kafka}`, registry: registryAddress, clickhouse: { url: clickhouseAddress, user, password, passwordFile } };
}

/** At the root of the checkout or package; compiled files lie one level deeper, in `dist`. */
export const composeFile = fileURLToPath(
  new URL(import.meta.url.endsWith(".js") ? "../../../docker-compose.yml" : "../../docker-compose.yml", import.meta.url),
);

/** Each data directory has containers and volumes of its own. */
const projectOf = (dataDir: string): string => `gatewatch-${createHash("sha256").update(dataDir).digest("hex").slice(0, 8)}`;

const stopOnce = (child: Child) => () => child.stop();

async function isOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  await response.arrayBuffer();
  return response.ok;
}

function keptPassword(dataDir: string, file: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString("base64url"), { mode: 0o600, flag: "wx" });
  return readFileSync(file, "utf8").trim();
}
