import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault } from "../../schemas/faults/fault.ts";
import { startChild } from "./child.ts";
import { claim } from "./claim.ts";
import { serverConfig, usersConfig, writingUser } from "./clickhouse-config.ts";
import { clickHouseLibrary } from "./clickhouse-library.ts";
import type { Part } from "./part.ts";
import { portFor, releasePort } from "./ports.ts";
import { untilReady } from "./ready.ts";

export interface ClickHousePlace {
  /** Tables, the generated password and the server's settings live here and outlast the process. */
  readonly dataDir: string;
  /** 8123 or the next free one where left out; any free one for 0. */
  readonly port?: number;
  /** Where `clickhouse.log` goes; the data dir where left out. */
  readonly logDir?: string;
}

export interface ClickHousePart extends Part {
  readonly pid: number;
  /** Of the writing user. */
  readonly user: string;
  readonly password: string;
  /** Where the password stands, readable by the owner alone. */
  readonly passwordFile: string;
}

const startLimitMs = 30_000;
/** Acknowledged rows survive a SIGKILL; a server that does not end by itself need not be waited for longer. */
const stopMs = 3_000;

/**
 * The real ClickHouse server out of chdb's library, in a process of its own, on 127.0.0.1 only. Anyone on this machine may
 * read as `default`, without password; `gatewatch` writes, with a password generated once a data dir. Neither may read files
 * or addresses. GW_PART_MISSING where the package is, GW_PORT_TAKEN, GW_DATA_DIR_BUSY, GW_PART_FAILED with the log's path.
 */
export async function startClickHouse({ dataDir, port, logDir = dataDir }: ClickHousePlace): Promise<ClickHousePart> {
  const library = clickHouseLibrary();
  const dir = resolve(dataDir);
  const logFile = join(resolve(logDir), "clickhouse.log");
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const release = claim("ClickHouse", join(dir, "clickhouse.owner"), dir);
  let given: number | undefined;
  try {
    const passwordFile = join(dir, "password");
    const password = keptPassword(passwordFile);
    const config = writeConfig(dir, password);
    given = await portFor("ClickHouse", 8123, port);
    const address = `http://127.0.0.1:${given}`;
    const child = await startChild({
      name: "ClickHouse",
      command: process.execPath,
      args: [program, library, config, join(dir, "data"), String(given), passwordFile],
      cwd: dir,
      output: logFile,
      pidFile: join(dir, "clickhouse.pid"),
      stopMs,
    });
    const ended = child.exited.then(() => {
      if (given !== undefined) releasePort(given);
      release();
    });
    await untilReady({ name: "ClickHouse", child, logFile, limitMs: startLimitMs, answers: () => answersTo(address, password) });
    const stop = () => child.stop().then(() => ended);
    const detail = `ClickHouse ${await version(address)} (chdb's library), data in ${dir}`;
    return { name: "ClickHouse", address, detail, pid: child.pid, user: writingUser, password, passwordFile, ended, stop };
  } catch (error) {
    if (given !== undefined) releasePort(given);
    release();
    throw asBusy(error, dir);
  }
}

/** Beside this file, in the same language: TypeScript in a checkout, JavaScript in a package. */
const program = fileURLToPath(new URL(`./clickhouse-server${extname(import.meta.url)}`, import.meta.url));

function keptPassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString("base64url"), { mode: 0o600, flag: "wx" });
  chmodSync(file, 0o600);
  return readFileSync(file, "utf8").trim();
}

function writeConfig(dir: string, password: string): string {
  const users = join(dir, "users.xml");
  const config = join(dir, "config.xml");
  writeFileSync(users, usersConfig(password), { mode: 0o600 });
  writeFileSync(config, serverConfig(users), { mode: 0o600 });
  return config;
}

/** By the password, not by `/ping`: it may be another's server that holds the port. */
async function answersTo(address: string, password: string): Promise<boolean> {
  const headers = { "x-clickhouse-user": writingUser, "x-clickhouse-key": password };
  const response = await fetch(`${address}/?query=SELECT%201`, { headers, signal: AbortSignal.timeout(2_000) });
  return response.ok && (await response.text()).trim() === "1";
}

async function version(address: string): Promise<string> {
  const response = await fetch(`${address}/?query=SELECT%20version()`, { signal: AbortSignal.timeout(5_000) });
  return (await response.text()).trim();
}

/** The engine locks its directory itself: says the same of a process that our own claim knows nothing of. */
function asBusy(error: unknown, dir: string): unknown {
  if (!(error instanceof Fault) || !/another server instance|Cannot lock file/i.test(error.message)) return error;
  return new Fault("GW_DATA_DIR_BUSY", `another ClickHouse already runs over ${dir}`, { dir }, error);
}
