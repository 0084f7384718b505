import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { startChild } from "./child.ts";
import { archivingMs, startArchive } from "./kafka-archive.ts";
import { java } from "./kafka-java.ts";
import type { Part } from "./part.ts";
import { portFor, releasePort } from "./ports.ts";
import { untilReady } from "./ready.ts";
import { registryApp, registryJar } from "./registry-app.ts";
import { knowsItsSchemas } from "./registry-probe.ts";
import { registryPath, usualPorts, versions } from "./versions.ts";

export interface RegistryPlace {
  /** For its process id, and its log unless `logDir` is given; schemas live in Kafka. */
  readonly dataDir: string;
  /** Brokers that keep the schemas; they must answer. Without any the schemas live in memory and end with the process. */
  readonly kafka?: string;
  /** 8081 or the next free one where left out; any free one for 0. */
  readonly port?: number;
  readonly logDir?: string;
  /** How long it may take until it answers; without Kafka it never does, and does not end either. */
  readonly startLimitMs?: number;
  readonly onProgress?: (doing: string) => void;
}

const usualLimitMs = 120_000;
/** It holds nothing that is not in Kafka, so it need not be waited for. */
const stopMs = 3_000;

/**
 * Apicurio Registry on this machine, through its Confluent API, on 127.0.0.1 only. With Kafka, ids and schemas survive any end.
 * GW_JAVA_MISSING, GW_PORT_TAKEN, GW_PART_FAILED with the log's path.
 */
export async function startRegistry({
  dataDir,
  kafka,
  port,
  logDir = dataDir,
  startLimitMs = usualLimitMs,
  onProgress,
}: RegistryPlace): Promise<Part> {
  const runtime = await java();
  const home = await registryApp(onProgress);
  const dir = resolve(dataDir);
  mkdirSync(dir, { recursive: true });
  const own = await portFor("the schema registry", usualPorts.registry, port);
  const logFile = join(resolve(logDir), "registry.log");
  const archive = startArchive(join(home, "lib"), runtime.version);
  try {
    const child = await startChild({
      name: "the schema registry",
      command: runtime.command,
      args: [...jvm, ...archive.flags, ...settings(own, kafka), "-jar", registryJar()],
      cwd: home,
      output: logFile,
      pidFile: join(dir, "registry.pid"),
      stopMs: archive.written ? archivingMs : stopMs,
    });
    const ended = child.exited.then((exit) => {
      releasePort(own);
      archive.settle(exit);
    });
    const address = `http://127.0.0.1:${own}${registryPath}`;
    await untilReady({ name: "the schema registry", child, logFile, limitMs: startLimitMs, answers: () => knowsItsSchemas(address) });
    const stop = async () => {
      if (archive.written) onProgress?.("keeping the registry's classes for quicker starts (some seconds, once)");
      await child.stop();
      await ended;
    };
    return { name: "registry", address, detail: detailOf(kafka), ended, stop };
  } catch (error) {
    releasePort(own);
    throw error;
  }
}

/** Quick to start and small: it answers some requests a minute. */
const jvm = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/** Without a retention of -1 the journal forgets after 7 days, and the schemas with it; canonical hash: white space makes no other schema. */
const settings = (port: number, kafka: string | undefined): string[] => [
  "-Dquarkus.http.host=127.0.0.1",
  `-Dquarkus.http.port=${port}`,
  "-Dapicurio.ccompat.use-canonical-hash=true",
  ...(kafka === undefined
    ? []
    : [
        "-Dapicurio.storage.kind=kafkasql",
        `-Dapicurio.kafkasql.bootstrap.servers=${kafka}`,
        "-Dapicurio.kafkasql.topic=_schemas-journal",
        "-Dapicurio.kafkasql.topic.retention.ms=-1",
        "-Dapicurio.kafkasql.snapshots.topic=_schemas-snapshots",
        "-Dapicurio.kafkasql.snapshots.topic.retention.ms=-1",
        "-Dapicurio.kafkasql.consumer.poll.timeout=100",
      ]),
];

const detailOf = (kafka: string | undefined): string =>
  `Apicurio Registry ${versions.registry}, schemas ${kafka === undefined ? "in memory" : "in Kafka"}`;
