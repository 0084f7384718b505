import type { Machine as StackMachine } from "../../infra/local-stack/machine.ts";
import type { TestRunReport } from "./counting-reporter.ts";
import type { Tally } from "./tally.ts";

/** What this machine has of what the tests need. */
export interface Machine extends StackMachine {
  readonly browser: StackMachine["java"];
}

/** The tally that counts, and why it differs from vitest's own. */
export interface Verdict extends Tally {
  /** Failures beyond those of single tests, in words. */
  readonly faults: readonly string[];
}

/**
 * What a test run comes to. A test may be skipped only for a part that this machine lacks: with Java, Maven and chdb there, only
 * for the want of a Docker engine or a browser, and then its name or note says "Docker" or "browser". Every other skip is a failure, as is a run that
 * ended badly although no test failed.
 */
export function judge(report: TestRunReport | undefined, exitCode: number | null, machine: Machine): Verdict {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0, faults: ["vitest ended without a report"] };
  const faults = [...report.broken];
  let skipped = 0;
  for (const { name, note } of report.skipped) {
    if (mayBeSkipped(`${name} ${note}`, machine)) skipped += 1;
    else faults.push(`${name} was skipped${note === "" ? "" : ` (${note})`}, and this machine has all it needs`);
  }
  if (exitCode !== 0 && report.failed === 0 && faults.length === 0) faults.push(`vitest ended with code ${exitCode}`);
  return { passed: report.passed, failed: report.failed + faults.length, skipped, faults };
}

/** Only for what the machine lacks, and only where the test says so in its name or note. */
function mayBeSkipped(said: string, { java, maven, chdb, docker, browser }: Machine): boolean {
  if (/docker/i.test(said)) return !docker.found;
  if (/browser/i.test(said)) return !browser.found;
  return !(java.found && maven.found && chdb.found);
}
