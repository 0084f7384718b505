import type { TestRunReport } from "./counting-reporter.ts";
import type { Tally } from "./tally.ts";
import type { Machine } from "./test-machine.ts";

/** The tally that counts, and why it differs from vitest's own. */
export interface Verdict extends Tally {
  /** Failures beyond those of single tests, in words. */
  readonly faults: readonly string[];
}

/** How a test says in its name or note what it wants beside Java, Maven and chdb. */
const wants: readonly (readonly [part: keyof Machine, said: RegExp])[] = [
  ["docker", /docker/i],
  ["browser", /browser/i],
  ["nginx", /nginx/i],
  ["python", /python/i],
  ["data", /shared\/data/],
];

/**
 * What a test run comes to. A test may be skipped only for a part that this machine lacks: with Java, Maven and chdb there, only
 * for the want of a part that its name or note names. Every other skip is a failure, as is a run that ended badly although no test
 * failed.
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

function mayBeSkipped(said: string, machine: Machine): boolean {
  const named = wants.filter(([, words]) => words.test(said));
  if (named.length > 0) return named.some(([part]) => !machine[part].found);
  return !(machine.java.found && machine.maven.found && machine.chdb.found);
}
