import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { faultOf } from "../../schemas/faults/fault.ts";
import { cacheDir } from "./cache.ts";
import { clickHouseLibrary } from "./clickhouse-library.ts";
import { hasKafkaJars } from "./kafka-jars.ts";
import { java, maven } from "./kafka-java.ts";
import { hasRegistryApp } from "./registry-app.ts";

/** One thing a machine has or lacks, in one line. */
export interface Finding {
  readonly found: boolean;
  readonly detail: string;
}

export interface Machine {
  readonly java: Finding;
  /** Also found where all it would bring lies in the cache already. */
  readonly maven: Finding;
  readonly chdb: Finding;
  readonly docker: Finding;
}

/** What this machine has of what the profiles need. Looks only; starts and fetches nothing. An engine, which may be slow to answer, is looked for only where it matters. */
export async function lookAtMachine(engine: "always" | "without Java" = "always"): Promise<Machine> {
  const [javaFound, mavenFound] = await Promise.all([
    finding(async () => {
      const { command, version } = await java();
      return `Java ${version} (${command})`;
    }),
    jarsInCache() ? { found: true, detail: `not needed: the jars lie in ${cacheDir()}` } : finding(async () => `${await maven()} answers`),
  ]);
  const matters = engine === "always" || !javaFound.found || !mavenFound.found;
  const docker = matters ? await dockerEngine() : { found: false, detail: "no Docker engine was looked for" };
  const chdb = await finding(async () => clickHouseLibrary());
  return { java: javaFound, maven: mavenFound, chdb, docker };
}

const jarsInCache = (): boolean => hasKafkaJars() && hasRegistryApp();

async function dockerEngine(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 10_000 });
    const version = stdout.trim();
    if (version !== "") return { found: true, detail: `engine ${version}` };
  } catch {
    // No client, or no engine behind it.
  }
  return { found: false, detail: "no Docker engine answers" };
}

async function finding(look: () => Promise<string>): Promise<Finding> {
  try {
    return { found: true, detail: await look() };
  } catch (error) {
    return { found: false, detail: faultOf(error, "GW_PART_MISSING", "looking").message };
  }
}
