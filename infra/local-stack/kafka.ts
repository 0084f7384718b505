import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Fault } from "../../schemas/faults/fault.ts";
import { startChild } from "./child.ts";
import { startArchive } from "./kafka-archive.ts";
import { kafkaJars, kafkaVersion } from "./kafka-jars.ts";
import { java } from "./kafka-java.ts";
import { answersApiVersions } from "./kafka-probe.ts";
import { brokerProperties, logProperties } from "./kafka-properties.ts";
import type { Part } from "./part.ts";
import { anyFreePort, portFor, releasePort } from "./ports.ts";
import { identityOf, isRunning, type ProcessIdentity } from "./process-identity.ts";
import { untilReady } from "./ready.ts";

export interface KafkaPlace {
  /** Topics, positions and transactions live here and outlast the process. */
  readonly dataDir: string;
  /** 9092 or the next free one where left out; any free one for 0. */
  readonly port?: number;
  /** Where `kafka.log` goes; the data dir where left out. */
  readonly logDir?: string;
  /** Told what takes long, in one line: the first download. */
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
  const release = claim(dir);
  const given: number[] = [];
  try {
    const broker = await portFor("Kafka", 9092, port);
    given.push(broker);
    const controller = await anyFreePort();
    given.push(controller);
    const paths = { properties: join(dir, "server.properties"), log4j: join(dir, "log4j2.properties"), data: join(dir, "data") };
    writeFileSync(paths.properties, brokerProperties({ broker, controller, data: paths.data }));
    writeFileSync(paths.log4j, logProperties);
    if (!existsSync(join(paths.data, "meta.properties"))) await format(runtime.command, jars, paths.properties, logFile);
    const archive = startArchive(jars, runtime.version);
    const child = await startChild({
      name: "Kafka",
      command: runtime.command,
      args: [
        "-Xmx512m",
        "-XX:+UseSerialGC",
        ...archive.flags,
        `-Dlog4j2.configurationFile=${paths.log4j}`,
        "-cp",
        join(jars, "*"),
        "kafka.Kafka",
        paths.properties,
      ],
      cwd: dir,
      output: logFile,
      pidFile: join(dir, "kafka.pid"),
      stopMs,
    });
    const ended = child.exited.then(() => {
      for (const one of given) releasePort(one);
      release();
      archive.settle();
    });
    await untilReady({ name: "Kafka", child, logFile, limitMs: startLimitMs, answers: () => answersApiVersions(broker) });
    return {
      name: "Kafka",
      address: `127.0.0.1:${broker}`,
      detail: `Apache Kafka ${kafkaVersion} (KRaft, one node), data in ${dir}`,
      ended,
      stop: () => child.stop().then(() => ended),
    };
  } catch (error) {
    for (const one of given) releasePort(one);
    release();
    throw error;
  }
}

/** Once a data dir: gives it the id of a new cluster. */
async function format(command: string, jars: string, properties: string, logFile: string): Promise<void> {
  const id = randomBytes(16).toString("base64url");
  const args = [
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-cp",
    join(jars, "*"),
    "kafka.tools.StorageTool",
    "format",
    "--ignore-formatted",
    "-t",
    id,
    "-c",
    properties,
  ];
  const child = await startChild({ name: "Kafka storage tool", command, args, output: logFile });
  const { code } = await child.exited;
  if (code !== 0) throw new Fault("GW_PART_FAILED", `Kafka's storage could not be formatted (log: ${logFile})`, { logFile });
}

/**
 * One life at a time over a data dir. The former process is waited for where only its parent was killed (`startChild` does
 * that by the pid file); where the parent lives, the dir is in use. Returns what gives it free.
 */
function claim(dir: string): () => void {
  const file = join(dir, "kafka.owner");
  const former = read(file);
  if (former !== undefined && isRunning(former)) {
    throw new Fault("GW_DATA_DIR_BUSY", `Kafka already runs over ${dir}, started by process ${former.pid}`, { dir });
  }
  writeFileSync(file, JSON.stringify(identityOf(process.pid)));
  return () => writeFileSync(file, "");
}

function read(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
