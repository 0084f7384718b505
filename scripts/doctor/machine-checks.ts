import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { Finding, Machine } from "../../infra/local-stack/machine.ts";
import { type Configured, chooseProfile } from "../../infra/local-stack/profile.ts";
import { type Check, check } from "./check.ts";

const oldestNode = 24;
/** Kafka's segments, ClickHouse's parts and the caches of a day's trying out. */
const wantedBytes = 2 ** 31;

/** What the machine has: Node and disk are needed always, the rest only for what no addresses are configured. */
export async function machineChecks(machine: Machine, configured: Configured, dataDir: string): Promise<Check[]> {
  const finding = (name: string, { found, detail }: Finding, needed = false): Check => ({ name, address: "", ok: found, detail, needed });
  const profile = await check("profile", "", true, async () => {
    const choice = chooseProfile("auto", configured, machine);
    if (choice.profile === "memory") throw new Error(choice.why);
    return `${choice.profile}: ${choice.why}`;
  });
  return [
    nodeCheck(process.versions.node),
    diskCheck(dataDir),
    finding("Java", machine.java),
    finding("Maven", machine.maven),
    finding("chdb", machine.chdb, configured.clickhouse === undefined && !machine.docker.found),
    finding("Docker", machine.docker),
    profile,
  ];
}

/** By the major number: the project runs TypeScript directly, which needs Node 24. */
export function nodeCheck(version: string): Check {
  const ok = Number.parseInt(version, 10) >= oldestNode;
  const detail = ok ? version : `${version} is too old, ${oldestNode} is wanted: run \`npm ci\` again, the node package brings it`;
  return { name: "Node", address: process.execPath, ok, detail, needed: true };
}

/** Where `up` would put its data; the folder itself may not exist yet. */
export function diskCheck(dataDir: string, freeBytes: number = freeIn(dataDir)): Check {
  const free = `${(freeBytes / 2 ** 30).toFixed(1)} GB free`;
  const ok = freeBytes >= wantedBytes;
  return {
    name: "disk",
    address: dataDir,
    ok,
    detail: ok ? free : `${free}, 2 GB are wanted: free some, or choose another --data-dir`,
    needed: true,
  };
}

/** The data directory may not exist yet. */
function freeIn(dir: string): number {
  if (!existsSync(dir) && dirname(dir) !== dir) return freeIn(dirname(dir));
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}
