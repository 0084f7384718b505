import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const gatewatch = join(import.meta.dirname, "../../scripts/gatewatch.ts");
const flags = ["--disable-warning=TimeoutNegativeWarning", "--disable-warning=ExperimentalWarning"];

/** The program as people run it, against given parts; a signal to a child reaches the program itself. */
export class Program {
  readonly #environment: NodeJS.ProcessEnv;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = { ...process.env, ...environment };
  }

  start(args: readonly string[], memberDir: string): ChildProcess {
    const stderr = process.env.GATEWATCH_TEST_LOG === undefined ? "ignore" : "inherit";
    return spawn(process.execPath, [...flags, gatewatch, ...args, "--member-dir", memberDir], {
      env: this.#environment,
      stdio: ["ignore", "ignore", stderr],
    });
  }

  /** Runs to the end with its output in a file. */
  async into(file: string, args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [...flags, gatewatch, ...args], { env: this.#environment, stdio: ["ignore", "pipe", "pipe"] });
    let words = "";
    child.stderr.on("data", (text) => {
      words += text;
    });
    const exited = once(child, "exit");
    await pipeline(child.stdout, createWriteStream(file));
    const [code] = await exited;
    if (code !== 0) throw new Error(`gatewatch ${args.join(" ")} ended with ${code}: ${words}`);
  }
}

/** SIGKILL, and gone before this resolves. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
