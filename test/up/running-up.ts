import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readRunning } from "../../infra/local-stack/running.ts";
import { until } from "../lanes/harness.ts";

const bin = join(import.meta.dirname, "..", "..", "scripts", "bin.js");

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** `gatewatch up` over a data directory of its own, on ports of its own. */
export class RunningUp {
  readonly dataDir: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  output = "";

  constructor(dataDir: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}, start = [process.execPath, bin, "up"]) {
    const [program = "", ...before] = start;
    this.dataDir = dataDir;
    const env = { ...withoutAddresses(), GATEWATCH_ANY_PORTS: "1", ...environment };
    this.#child = spawn(program, [...before, "--data-dir", dataDir, "--port", "0", ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on("data", (text) => (this.output += String(text)));
    this.#exit = new Promise((resolve) => this.#child.once("exit", resolve));
  }

  async says(what: RegExp, withinMs = 150_000): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    await until(
      `up says ${what}; it said:\n${this.output}`,
      () => {
        found = what.exec(this.output);
        return found !== null || this.#child.exitCode !== null;
      },
      withinMs,
    );
    if (found === null) throw new Error(`up ended with ${this.#child.exitCode} before it said ${what}:\n${this.output}`);
    return found;
  }

  /** As Ctrl-C and service managers do it, to `npm`'s child; or to the process that has the stack itself. */
  signal(signal: NodeJS.Signals, to: "first" | "inner" = "first"): void {
    const inner = readRunning(this.dataDir)?.pid;
    const pid = to === "first" ? this.#child.pid : inner;
    if (pid === undefined) throw new Error(`nothing runs over ${this.dataDir}`);
    process.kill(pid, signal);
  }

  async ended(): Promise<Ended> {
    return { code: await this.#exit, output: this.output };
  }

  /** For the end of a test that failed half way. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.signal("SIGKILL");
    await this.#exit;
    await nothingLeft(this.dataDir);
  }
}

export interface TemporaryDir {
  readonly dir: string;
  remove(): void;
}

export function temporaryDir(): TemporaryDir {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-up-"));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Command lines of processes that work over this directory. */
export const processesOver = (dataDir: string): string[] =>
  execFileSync("ps", ["-axww", "-o", "command="], { encoding: "utf8", maxBuffer: 16 << 20 })
    .split("\n")
    .filter((line) => line.includes(dataDir));

export const nothingLeft = (dataDir: string): Promise<void> =>
  until(`nothing runs over ${dataDir}: ${processesOver(dataDir).join("\n")}`, () => processesOver(dataDir).length === 0, 30_000);

/** Another command of this checkout, with the addresses of the stack over this directory. */
export async function gatewatch(dataDir: string, ...args: readonly string[]): Promise<{ code: number; out: string; words: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [bin, ...args], {
      env: { ...withoutAddresses(), GATEWATCH_DATA_DIR: dataDir },
      maxBuffer: 64 << 20,
    });
    return { code: 0, out: stdout, words: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, words: stderr };
  }
}

/** Of the person who runs the tests, not of the stack under test. */
function withoutAddresses(): NodeJS.ProcessEnv {
  const { KAFKA_BROKERS: _, SCHEMA_REGISTRY_URL: __, CLICKHOUSE_URL: ___, GATEWATCH_NAMESPACE: ____, ...rest } = process.env;
  return rest;
}
