import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../lanes/harness.ts";

const bin = join(import.meta.dirname, "..", "..", "scripts", "bin.js");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly errors: string;
}

/** One `gatewatch` as a person's shell starts it: by `bin.js`, with pipes. */
export class Gatewatch {
  readonly child: ChildProcess;
  readonly #ended: Promise<Ended>;
  out = "";
  errors = "";

  constructor(argv: readonly string[], environment: NodeJS.ProcessEnv = {}, input?: string) {
    this.child = spawn(process.execPath, [bin, ...argv], { env: { ...plain(), ...environment }, stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdout?.on("data", (text) => (this.out += String(text)));
    this.child.stderr?.on("data", (text) => (this.errors += String(text)));
    this.child.stdin?.on("error", () => undefined);
    if (input !== undefined) this.child.stdin?.end(input);
    this.#ended = new Promise((resolve) => {
      this.child.once("close", (code, signal) => resolve({ code, signal, out: this.out, errors: this.errors }));
    });
  }

  async says(what: RegExp, withinMs = 60_000): Promise<RegExpExecArray> {
    const ended = () => this.child.exitCode !== null || this.child.signalCode !== null;
    const said = () => what.exec(this.out + this.errors);
    await until(`gatewatch says ${what}`, () => said() !== null || ended(), withinMs);
    const found = said();
    if (found === null) throw new Error(`gatewatch ended with ${this.child.exitCode} before it said ${what}:\n${this.out}${this.errors}`);
    return found;
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  /** Whatever is left of it. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.#ended;
  }
}

export const gatewatch = (argv: readonly string[], environment?: NodeJS.ProcessEnv, input = ""): Promise<Ended> =>
  new Gatewatch(argv, environment, input).ended();

/** Without the addresses that the machine may have set, and away from a stack that may run in the checkout. */
function plain(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(KAFKA_|SCHEMA_REGISTRY_|CLICKHOUSE_|GATEWATCH_|NODE_OPTIONS|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(kept), GATEWATCH_DATA_DIR: join(import.meta.dirname, "no-stack-here") };
}

/** Processes below this one, whatever their depth, by id. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // Gone meanwhile.
    }
  }
  const below = (parent: number): number[] => [...parents].filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
