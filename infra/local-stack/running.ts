import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Fault } from "../../schemas/faults/fault.ts";
import { identityOf, isRunning } from "./process-identity.ts";

export interface Addresses {
  /** Comma separated `host:port`; missing in the memory profile. */
  readonly kafka?: string;
  readonly registry?: string;
  readonly clickhouse?: string;
  readonly status?: string;
}

/** What `gatewatch up` leaves in its data directory, so that other commands find the stack. */
export interface RunningStack {
  readonly pid: number;
  /** Tells this process from a later one with the same id. */
  readonly began: string;
  readonly startedAt: string;
  readonly profile: string;
  readonly addresses: Addresses;
  readonly clickhouseUser?: string;
  /** Where the password stands; never the password itself. */
  readonly clickhousePasswordFile?: string;
  readonly namespace?: string;
  /** All parts answer; false while the stack starts and while it stops. */
  readonly ready: boolean;
}

/** Under the checkout, or under the current folder where Gatewatch is installed as a package. */
export const defaultDataDir = (root: string = process.cwd()): string => resolve(root, ".gatewatch");

const fileOf = (dataDir: string): string => join(dataDir, "running.json");

/** The stack that runs over this directory; undefined where none does, also when its process was killed and left the file behind. */
export function readRunning(dataDir: string): RunningStack | undefined {
  const found = parsed(fileOf(dataDir));
  return found !== undefined && isRunning(found) ? found : undefined;
}

/** Makes the directory this process's own, or throws GW_DATA_DIR_BUSY or GW_DATA_DIR_UNUSABLE. The claim ends with `releaseDataDir` or with the process. */
export function claimDataDir(dataDir: string, profile: string): RunningStack {
  makeDir(dataDir);
  const claim: RunningStack = { ...identityOf(process.pid), startedAt: new Date().toISOString(), profile, addresses: {}, ready: false };
  const own = `${fileOf(dataDir)}.${process.pid}`;
  writeFileSync(own, asText(claim), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (linked(own, fileOf(dataDir))) return claim;
      const other = readRunning(dataDir);
      if (other !== undefined) throw busy(dataDir, other);
      rmSync(fileOf(dataDir), { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new Fault("GW_DATA_DIR_BUSY", `${dataDir} could not be claimed: another start is under way`, { dataDir });
}

/**
 * The directory with its parents. Not by `recursive`: where the parent is there and still says ENOENT, as under `/proc`,
 * Node 24.21 tries for ever.
 */
function makeDir(dir: string): void {
  try {
    if (existsSync(dir)) return;
    if (!existsSync(dirname(dir))) makeDir(dirname(dir));
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Fault) throw error;
    // Another process made it in between.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    const why = error instanceof Error ? error.message : String(error);
    throw new Fault("GW_DATA_DIR_UNUSABLE", `${dir} cannot be made: ${why}`, { dir }, error);
  }
}

/** Replaces what `readRunning` finds, in one step. */
export function writeRunning(dataDir: string, running: RunningStack): void {
  const next = `${fileOf(dataDir)}.${running.pid}`;
  writeFileSync(next, asText(running), { mode: 0o600 });
  renameSync(next, fileOf(dataDir));
}

export function releaseDataDir(dataDir: string): void {
  if (parsed(fileOf(dataDir))?.pid === process.pid) rmSync(fileOf(dataDir), { force: true });
}

const asText = (running: RunningStack): string => `${JSON.stringify(running, null, 2)}\n`;

const busy = (dataDir: string, { pid, startedAt, addresses }: RunningStack): Fault => {
  const at = addresses.status === undefined ? "" : `, at ${addresses.status}`;
  return new Fault("GW_DATA_DIR_BUSY", `${dataDir} is in use by process ${pid} since ${startedAt}${at}`, { dataDir, pid });
};

/** A hard link either appears whole or not at all, unlike a file that is opened and then written. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function parsed(file: string): RunningStack | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as RunningStack;
  } catch {
    return undefined;
  }
}
