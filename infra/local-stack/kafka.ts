import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Fault } from "../../schemas/faults/fault.ts";
import { type Child, startChild } from "./child.ts";
import { claim } from "./claim.ts";
import { archivingMs, type StartArchive, startArchive } from "./kafka-archive.ts";
import { clusterId } from "./kafka-cluster-id.ts";
import { kafkaJars, kafkaVersion } from "./kafka-jars.ts";
import { type Java, java } from "./kafka-java.ts";
import { answersApiVersions } from "./kafka-probe.ts";
import { brokerProperties, logProperties } from "./kafka-properties.ts";
import type { Part } from "./part.ts";
import { anyFreePort, portFor, releasePort } from "./ports.ts";
import { lastWords, untilReady } from "./ready.ts";
import { usualPorts } from "./versions.ts";

export interface KafkaPlace {
  /** Topics, positions and transactions live here and outlast the process. */
  readonly dataDir: string;
  /** 9092 or the next free one where left out; any free one for 0. */
  readonly port?: number;
  /** Where `kafka.log` goes; the data dir where left out. */
  readonly logDir?: string;
  /** Told what takes long, in one line: the first download, the first stop. */
  readonly onProgress?: (doing: string) => void;
}

const startLimitMs = 60_000;
/** The data are safe after a SIGKILL; a broker that hangs while it stops need not be waited for longer. */
const stopMs = 10_000;

/**
 * A real Apache Kafka on this machine: one node, broker and controller in one process, on 127.0.0.1 only. The same data dir
 * may be started again on any ports. GW_JAVA_MISSING, GW_PORT_TAKEN, GW_DATA_DIR_BUSY, GW_PART_FAILED with the log's path.
 */
export async function startKafka({ dataDir, port, logDir = dataDir, onProgress }: KafkaPlace): Promise<Part> {
  const dir = resolve(dataDir);
  const logFile = join(resolve(logDir), "kafka.log");
  const runtime = await java();
  const jars = await kafkaJars(onProgress);
  mkdirSync(dir, { recursive: true });
  const release = claim("Kafka", join(dir, "kafka.owner"), dir);
  const ports: number[] = [];
  const free = () => {
    for (const one of ports.splice(0)) releasePort(one);
    release();
  };
  try {
    const broker = await portFor("Kafka", usualPorts.kafka, port);
    ports.push(broker);
    const controller = await anyFreePort();
    ports.push(controller);
    const archive = startArchive(jars, runtime.version);
    const child = await launch({ runtime, jars, dir, logFile, archive }, { broker, controller });
    const ended = child.exited.then((exit) => {
      free();
      archive.settle(exit);
    });
    await untilReady({ name: "Kafka", child, logFile, limitMs: startLimitMs, answers: () => answersApiVersions(broker) });
    const detail = `Apache Kafka ${kafkaVersion} (KRaft, one node), data in ${dir}`;
    const stop = async () => {
      if (archive.written) onProgress?.("keeping Kafka's classes for quicker starts (some seconds, once)");
      await child.stop();
      await ended;
    };
    return { name: "Kafka", address: `127.0.0.1:${broker}`, detail, ended, stop };
  } catch (error) {
    free();
    throw error;
  }
}

interface Launch {
  readonly runtime: Java;
  readonly jars: string;
  readonly dir: string;
  readonly logFile: string;
  readonly archive: StartArchive;
}

async function launch({ runtime, jars, dir, logFile, archive }: Launch, ports: { broker: number; controller: number }): Promise<Child> {
  const [properties, log4j, data] = [join(dir, "server.properties"), join(dir, "log4j2.properties"), join(dir, "data")];
  writeFileSync(properties, brokerProperties({ ...ports, data }));
  writeFileSync(log4j, logProperties);
  const classPath = ["-cp", join(jars, "*")];
  if (!existsSync(join(data, "meta.properties"))) await format(runtime.command, classPath, properties, logFile);
  return startChild({
    name: "Kafka",
    command: runtime.command,
    args: [
      "-Xmx512m",
      "-XX:+UseSerialGC",
      ...archive.flags,
      `-Dlog4j2.configurationFile=${log4j}`,
      ...classPath,
      "kafka.Kafka",
      properties,
    ],
    cwd: dir,
    output: logFile,
    pidFile: join(dir, "kafka.pid"),
    stopMs: archive.written ? archivingMs : stopMs,
  });
}

/** Once a data dir: gives it the id of a new cluster. */
async function format(command: string, classPath: readonly string[], properties: string, logFile: string): Promise<void> {
  const quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const args = [...quick, ...classPath, "kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", clusterId(), "-c", properties];
  const child = await startChild({ name: "Kafka storage tool", command, args, output: logFile });
  const { code } = await child.exited;
  if (code !== 0)
    throw new Fault("GW_PART_FAILED", `Kafka's storage could not be formatted: ${lastWords(logFile)} (log: ${logFile})`, { logFile });
}
