import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestRunReport } from "./counting-reporter.ts";
import { judge } from "./judge.ts";
import type { Running } from "./running.ts";
import type { Tally } from "./tally.ts";
import type { Machine } from "./test-machine.ts";

/** The projects of vitest.config.ts; any other word is part of a path. */
export const projects: ReadonlySet<string> = new Set(["unit", "together", "waiting", "alone"]);

/** Runs the tests and counts them. What vitest itself could not do (a file that does not load, an error outside a test) counts as failed. */
export async function runVitest(root: string, wanted: readonly string[], machine: Machine, running: Running): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "gatewatch-report-"));
  const reportFile = join(folder, "report.json");
  try {
    const args = [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--reporter=default",
      `--reporter=${join(root, "scripts/tests/counting-reporter.ts")}`,
      ...wanted.map((one) => (projects.has(one) ? `--project=${one}` : one)),
    ];
    const code = await ran(root, args, { GATEWATCH_TEST_REPORT: reportFile }, running);
    const report = await readFile(reportFile, "utf8").then(
      (text) => JSON.parse(text) as TestRunReport,
      () => undefined,
    );
    const { faults, ...tally } = judge(report, code, machine);
    for (const fault of faults) running.say(`  FAILED  ${fault}\n`);
    return tally;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Null where vitest could not be started. */
function ran(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { signal, vitestOutput }: Running,
): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", vitestOutput, vitestOutput],
      env: { ...process.env, ...env },
    });
    // The signal, not an abrupt end: the run stops its real parts first.
    signal.addEventListener("abort", () => child.kill("SIGINT"));
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code));
  });
}
