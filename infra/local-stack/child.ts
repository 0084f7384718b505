import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../schemas/faults/fault.ts";
import { endGroup, leashed } from "./leash.ts";
import { identityOf, isRunning, type ProcessIdentity } from "./process-identity.ts";

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A file for standard output and error (the former one is kept as `<file>.1`), or this process's own. */
  readonly output: string | "inherit";
  /** Remembers the process, so that the next start waits for a former life whose parent was killed. */
  readonly pidFile?: string;
  readonly stopSignal?: NodeJS.Signals;
  /** SIGKILL follows the signal after so long. */
  readonly stopMs?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  /** Set once it has ended. */
  readonly exit: Exit | undefined;
  readonly exited: Promise<Exit>;
  /** Ends it by its signal, by SIGKILL after the limit, together with whatever it has started itself. */
  stop(): Promise<void>;
}

/** Starts a program that dies with this process whatever kills it, in a process group of its own: Ctrl-C in the terminal reaches only us. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const { name, command, args, cwd, env, output, pidFile, stopSignal = "SIGTERM", stopMs = 10_000 } = spec;
  if (pidFile !== undefined) await formerLifeOver(pidFile, stopMs);
  const sink = output === "inherit" ? output : freshLog(output);
  const program = leashed({ name, command, args, stopSignal, stopMs });
  const child = spawn(program.command, program.args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["pipe", sink, sink],
    detached: true,
  });
  if (typeof sink === "number") closeSync(sink);
  await spawned(child, name);
  return tended(child, stopSignal, stopMs, pidFile);
}

const living = new Set<Child>();

/** Ends every child of this process, for a start that is given up half way. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...living].map((child) => child.stop()));
}

function tended(child: ChildProcess, stopSignal: NodeJS.Signals, stopMs: number, pidFile: string | undefined): Child {
  const pid = child.pid as number;
  if (pidFile !== undefined) remember(pidFile, identityOf(pid));
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => {
      exit = { code, signal };
      endGroup(pid);
      child.stdin?.destroy();
      if (pidFile !== undefined) rmSync(pidFile, { force: true });
      living.delete(tendedChild);
      resolve(exit);
    });
  });
  const end = async (): Promise<void> => {
    if (exit !== undefined) return;
    child.kill(stopSignal);
    const force = setTimeout(() => endGroup(pid), stopMs);
    await exited;
    clearTimeout(force);
  };
  let stopping: Promise<void> | undefined;
  const tendedChild: Child = {
    pid,
    exited,
    get exit() {
      return exit;
    },
    stop() {
      stopping ??= end();
      return stopping;
    },
  };
  living.add(tendedChild);
  return tendedChild;
}

function spawned(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(new Fault("GW_PART_FAILED", `${name} could not be started: ${error.message}`, {}, error)));
  });
}

/** A parent that was killed leaves its children some seconds to end; two lives over the same data would refuse or destroy each other. */
async function formerLifeOver(pidFile: string, stopMs: number): Promise<void> {
  const former = remembered(pidFile);
  if (former === undefined) return;
  const limit = Date.now() + stopMs + 2_000;
  while (isRunning(former) && Date.now() < limit) await pause(100);
  if (isRunning(former)) endGroup(former.pid);
  while (isRunning(former)) await pause(20);
}

function remembered(pidFile: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(pidFile, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function remember(pidFile: string, identity: ProcessIdentity): void {
  mkdirSync(dirname(pidFile), { recursive: true });
  writeFileSync(pidFile, JSON.stringify(identity));
}

function freshLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}
