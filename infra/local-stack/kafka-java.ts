import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../../schemas/faults/fault.ts";

export interface Java {
  readonly command: string;
  /** `17.0.15`, as the program says it. */
  readonly version: string;
}

/** Kafka 4 brokers need it. */
const oldest = 17;

/** The Java of JAVA_HOME or of the path. GW_JAVA_MISSING where there is none or it is too old. */
export async function java(): Promise<Java> {
  const home = process.env.JAVA_HOME;
  const command = home === undefined || home === "" ? "java" : join(home, "bin", "java");
  const said = await output(command, ["-version"]);
  if (said === undefined) throw new Fault("GW_JAVA_MISSING", `Kafka needs Java ${oldest} or newer, and "${command}" cannot be run`);
  const version = said.match(/version "([^"]+)"/)?.[1] ?? "unknown";
  if (Number.parseInt(version, 10) < oldest)
    throw new Fault("GW_JAVA_MISSING", `Kafka needs Java ${oldest} or newer, and "${command}" is ${version}`);
  return { command, version };
}

/** GW_JAVA_MISSING where Maven cannot be run. */
export async function maven(): Promise<string> {
  if ((await output("mvn", ["--version"])) === undefined) {
    throw new Fault("GW_JAVA_MISSING", 'Kafka\'s jars come by Maven once, and "mvn" cannot be run');
  }
  return "mvn";
}

/** Both streams: `java -version` speaks on stderr. Undefined where the program is missing or fails. */
async function output(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { timeout: 20_000 });
    return `${stdout}\n${stderr}`;
  } catch {
    return undefined;
  }
}
