import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../../schemas/faults/fault.ts";
import { cacheDir } from "./cache.ts";
import { maven } from "./kafka-java.ts";
import { versions } from "./versions.ts";

export const kafkaVersion = versions.kafka;
const plugin = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies";

/**
 * The folder with Kafka's jars, fetched by Maven the first time and kept in the cache. Safe beside other fetches: each one
 * fetches into a folder of its own, and the first to finish gives it the final name in one step.
 */
export async function kafkaJars(onProgress?: (doing: string) => void): Promise<string> {
  const home = join(cacheDir(), `kafka-${kafkaVersion}`);
  const jars = join(home, "jars");
  if (existsSync(join(home, "complete"))) return jars;
  const command = await maven();
  onProgress?.(`fetching Apache Kafka ${kafkaVersion} by Maven (about 54 MB, once)`);
  await mkdir(cacheDir(), { recursive: true });
  const own = await mkdtemp(`${home}.fetch-`);
  try {
    await fetchInto(own, command);
    await takeName(own, home);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return jars;
}

async function fetchInto(dir: string, command: string): Promise<void> {
  await writeFile(join(dir, "pom.xml"), pom);
  const args = ["-q", "-B", "-f", join(dir, "pom.xml"), plugin, `-DoutputDirectory=${join(dir, "jars")}`, "-DincludeScope=runtime"];
  try {
    await promisify(execFile)(command, args, { timeout: 600_000, maxBuffer: 16 << 20 });
  } catch (error) {
    const { stdout = "", message } = error as { stdout?: string; message: string };
    const logFile = join(cacheDir(), `kafka-${kafkaVersion}.fetch.log`);
    await writeFile(logFile, stdout === "" ? message : stdout);
    const said =
      stdout
        .split("\n")
        .find((line) => line.startsWith("[ERROR]"))
        ?.slice(8, 300) ?? message;
    throw new Fault("GW_PART_FAILED", `Maven could not fetch Apache Kafka ${kafkaVersion}: ${said} (log: ${logFile})`, { logFile }, error);
  }
  const found = await readdir(join(dir, "jars"));
  await writeFile(join(dir, "complete"), `${found.length} jars\n`);
}

async function takeName(own: string, home: string): Promise<void> {
  if (existsSync(home) && !existsSync(join(home, "complete"))) await rm(home, { recursive: true, force: true });
  try {
    await rename(own, home);
  } catch (error) {
    if (!existsSync(join(home, "complete"))) throw error;
  }
}

const artifact = (name: string): string =>
  `<dependency><groupId>org.apache.kafka</groupId><artifactId>${name}</artifactId><version>${kafkaVersion}</version></dependency>`;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>gatewatch</groupId>
  <artifactId>local-kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    ${artifact("kafka_2.13")}
    ${artifact("kafka-tools")}
  </dependencies>
</project>
`;
