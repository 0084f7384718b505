import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

export interface MachinePart {
  readonly found: boolean;
  /** One line: the version, or what is wanted. */
  readonly detail: string;
}

export type MachinePartName = "java" | "maven" | "chdb" | "docker";
export type MachineParts = Readonly<Record<MachinePartName, MachinePart>>;

/** What this machine has of what the real parts need: Kafka and the registry Java and Maven, ClickHouse the chdb library, containers an engine. */
export async function machineParts(): Promise<MachineParts> {
  const [java, maven, docker] = await Promise.all([javaPart(), mavenPart(), dockerPart()]);
  return { java, maven, chdb: chdbPart(), docker };
}

const oldestJava = 17;

async function javaPart(): Promise<MachinePart> {
  const said = await output("java", ["-version"]);
  const version = said?.match(/version "(\d+)([^"]*)"/);
  if (version == null) return { found: false, detail: "Java 17 or newer is wanted" };
  const detail = `Java ${version[1]}${version[2]}`;
  return Number(version[1]) >= oldestJava
    ? { found: true, detail }
    : { found: false, detail: `${detail} is too old, 17 or newer is wanted` };
}

async function mavenPart(): Promise<MachinePart> {
  const version = (await output("mvn", ["--version"]))?.match(/Apache Maven (\S+)/)?.[1];
  return version === undefined ? { found: false, detail: "Maven is wanted" } : { found: true, detail: `Maven ${version}` };
}

async function dockerPart(): Promise<MachinePart> {
  const version = (await output("docker", ["version", "--format", "{{.Server.Version}}"]))?.trim();
  return version === undefined || version === ""
    ? { found: false, detail: "no Docker engine answers" }
    : { found: true, detail: `Docker engine ${version}` };
}

/** The package of this platform, as `infra/local-stack/clickhouse.ts` loads it. */
function chdbPart(): MachinePart {
  const name = `@chdb/lib-${process.platform}-${process.arch}${process.platform === "linux" ? "-gnu" : ""}`;
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
    return { found: true, detail: `chdb ${version}` };
  } catch {
    return { found: false, detail: `the optional package ${name} is wanted` };
  }
}

/** Both streams: `java -version` speaks on stderr. Undefined where the program is missing, fails or takes too long. */
async function output(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { timeout: 20_000 });
    return `${stdout}\n${stderr}`.trim();
  } catch {
    return undefined;
  }
}
