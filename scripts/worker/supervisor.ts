import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { endGroup, leashed } from "../../infra/local-stack/leash.ts";
import { faults } from "../../schemas/faults/faults.ts";
import { workerMessage } from "./worker-channel.ts";

/** How many processes, what each is told, and who hears of them. */
export interface SupervisorOptions {
  readonly workers: number;
  /** Of `gatewatch run` for the worker of this number, from 0. */
  args(worker: number): readonly string[];
  /** Over this process's environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where the workers' words go: this process's stderr, or a file descriptor. */
  readonly stderr?: "inherit" | number;
  /** Where member ids survive a SIGKILL; a temporary folder where left out. */
  readonly memberDir?: string;
  /** For a person: what ended, why, and when it is started again. */
  say(sentence: string): void;
  /** A worker runs (again), and answers `/readyz` here. */
  running?(worker: number, address: string): void;
  readonly program?: string;
  readonly firstPauseMs?: number;
  /** How long a worker may take to stop in order. */
  readonly stopMs?: number;
}

/** Those that `bin.js` has given to this process, for every child of it. */
export const flags = process.execArgv.filter((flag) => /^--(disable-warning|max-semi-space-size)=/.test(flag));
/** The command line's own file. */
export const gatewatch = fileURLToPath(new URL(`../gatewatch${extname(import.meta.filename)}`, import.meta.url));
const longestPauseMs = 30_000;
/** A worker that lived so long had not come to start badly. */
const goodLifeMs = 60_000;
/** Longer than a worker takes to stop in order. */
const usualStopMs = 20_000;

/** One place among the workers, through all of its lives. */
interface Supervised {
  child: ChildProcess | undefined;
  address: string | undefined;
  startedAt: number;
  pauseMs: number;
  restart: NodeJS.Timeout | undefined;
  hopeless: number | undefined;
}

/**
 * Workers as child processes, started again with growing pauses when they end. When this process dies, by SIGKILL too, the
 * channel to each closes and it stops in order; one that hangs and does not see it is killed by its leash.
 */
export class Supervisor {
  /** Resolves to an exit code when a worker has ended for a reason that starting it again cannot mend. */
  readonly ended: Promise<number>;
  readonly #options: SupervisorOptions;
  readonly #workers: Supervised[];
  readonly #memberDir: string;
  readonly #end = Promise.withResolvers<number>();
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.ended = this.#end.promise;
    this.#memberDir = options.memberDir ?? mkdtempSync(join(tmpdir(), "gatewatch-members-"));
    const pauseMs = options.firstPauseMs ?? 1_000;
    this.#workers = Array.from({ length: options.workers }, () => ({
      child: undefined,
      address: undefined,
      startedAt: 0,
      pauseMs,
      restart: undefined,
      hopeless: undefined,
    }));
    for (const number of this.#workers.keys()) this.#start(number);
  }

  /** Of each worker that runs now, by its number. */
  addresses(): (string | undefined)[] {
    return this.#workers.map(({ address }) => address);
  }

  pids(): number[] {
    return this.#workers.flatMap(({ child }) => child?.pid ?? []);
  }

  /** Each stops in order; what has not by the limit is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(
      this.#workers.map(async ({ child, restart }) => {
        clearTimeout(restart);
        if (child === undefined) return;
        const gone = new Promise((resolve) => child.once("exit", resolve));
        const force = setTimeout(() => child.kill("SIGKILL"), this.#options.stopMs ?? usualStopMs);
        child.kill("SIGTERM");
        await gone;
        clearTimeout(force);
      }),
    );
    if (this.#options.memberDir === undefined) rmSync(this.#memberDir, { recursive: true, force: true });
  }

  #start(number: number): void {
    const worker = this.#workers[number];
    if (worker === undefined || this.#stopping) return;
    const { args, environment, stderr = "inherit", program = gatewatch, stopMs = usualStopMs } = this.#options;
    const memberDir = join(this.#memberDir, String(number));
    mkdirSync(memberDir, { recursive: true });
    const all = [...flags, program, "run", ...args(number), "--workers", "1", "--member-dir", memberDir];
    // A group of its own: Ctrl-C reaches this process alone, which then stops its workers in its own order.
    const held = leashed({ name: `worker ${number + 1}`, command: process.execPath, args: all, stopMs });
    const child = spawn(held.command, held.args, {
      env: { ...process.env, ...environment },
      stdio: ["pipe", "ignore", stderr, "ipc"],
      detached: true,
    });
    worker.child = child;
    worker.startedAt = Date.now();
    child.on("message", (message) => this.#heard(number, worker, message));
    child.on("error", (error) => this.#options.say(`worker ${number + 1} does not start: ${error.message}`));
    child.on("exit", (code, signal) => {
      child.stdin?.destroy();
      if (child.pid !== undefined) endGroup(child.pid);
      this.#exited(number, worker, code, signal);
    });
  }

  /** A worker that runs, or one that says why it cannot: some codes are not worth another life. */
  #heard(number: number, worker: Supervised, message: unknown): void {
    const told = workerMessage(message);
    if (told?.worker === "running") {
      worker.address = told.address;
      this.#options.running?.(number, told.address);
    } else if (told !== undefined) {
      const { then } = faults[told.code];
      if (then === "exit" || then === "usage") worker.hopeless = then === "usage" ? 2 : 1;
    }
  }

  #exited(number: number, worker: Supervised, code: number | null, signal: NodeJS.Signals | null): void {
    worker.child = undefined;
    worker.address = undefined;
    if (this.#stopping) return;
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    if (worker.hopeless !== undefined) {
      this.#options.say(`worker ${number + 1} has ended ${how}; starting it again would not help`);
      this.#end.resolve(worker.hopeless);
      return;
    }
    const first = this.#options.firstPauseMs ?? 1_000;
    const pauseMs = Date.now() - worker.startedAt > goodLifeMs ? first : worker.pauseMs;
    worker.pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    this.#options.say(`worker ${number + 1} has ended ${how}; it starts again in ${pauseMs / 1_000} s`);
    worker.restart = setTimeout(() => this.#start(number), pauseMs);
  }
}
