import { closeSync, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Stack } from "../../infra/local-stack/stack.ts";
import { pipelines } from "../../pipelines/index.ts";
import type { GivenSettings } from "../command-line/context.ts";
import { Supervisor } from "../worker/supervisor.ts";
import type { Workers } from "./workers.ts";

export interface WorkersToStart {
  readonly workers: number;
  readonly stack: Stack;
  readonly given: GivenSettings;
  readonly dataDir: string;
  readonly logFile: string;
  say(sentence: string): void;
}

/** `gatewatch run` as child processes that are started again when they end; their log goes to a file. */
export function startWorkerProcesses({ workers, stack, given, dataDir, logFile, say }: WorkersToStart): Workers {
  const log = freshLog(logFile);
  const supervisor = new Supervisor({
    workers,
    args: () => [...typed(given), ...(stack.clickhouse === undefined ? ["--pipelines", pipelines.map(({ name }) => name).join(",")] : [])],
    environment: environmentOf(stack),
    stderr: log,
    memberDir: join(dataDir, "members"),
    say,
  });
  return {
    addresses: () => supervisor.addresses(),
    ended: supervisor.ended,
    async stop() {
      await supervisor.stop();
      closeSync(log);
    },
  };
}

/** `--config`, `--set` and `--namespace` as they were typed. */
export const typed = ({ config, set, namespace }: GivenSettings): string[] => [
  ...(config === undefined ? [] : ["--config", config]),
  ...set.flatMap((one) => ["--set", one]),
  ...(namespace === undefined ? [] : ["--namespace", namespace]),
];

/** By environment and not by argument: every user of a machine sees arguments. */
export function environmentOf({ kafka, registry, clickhouse }: Stack): Readonly<Record<string, string>> {
  return {
    ...(kafka === undefined ? {} : { KAFKA_BROKERS: kafka }),
    ...(registry === undefined ? {} : { SCHEMA_REGISTRY_URL: registry }),
    ...(clickhouse === undefined ? {} : { CLICKHOUSE_URL: clickhouse.url }),
    ...(clickhouse?.user === undefined ? {} : { CLICKHOUSE_USER: clickhouse.user }),
    ...(clickhouse?.password === undefined ? {} : { CLICKHOUSE_PASSWORD: clickhouse.password }),
  };
}

function freshLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}
