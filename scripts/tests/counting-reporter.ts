import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** What vitest found, as the judge needs it. */
export interface TestRunReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly note: string }[];
  /** Files that did not load, groups whose hooks failed, errors outside of tests. */
  readonly broken: readonly string[];
}

/** Writes what a run came to, test by test, to the file that GATEWATCH_TEST_REPORT names. */
export default class CountingReporter implements Reporter {
  /** Throws where no file is named: a run whose result nobody reads must not look green. */
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { readonly message?: string }[]): void {
    const file = process.env.GATEWATCH_TEST_REPORT;
    if (file === undefined) throw new Error("GATEWATCH_TEST_REPORT names no file");
    writeFileSync(file, JSON.stringify(reportOf(modules, unhandled)));
  }
}

function reportOf(modules: readonly TestModule[], unhandled: readonly { readonly message?: string }[]): TestRunReport {
  const report = { passed: 0, failed: 0, skipped: [] as { name: string; note: string }[], broken: [] as string[] };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") report.passed += 1;
      else if (result.state === "failed") report.failed += 1;
      else
        report.skipped.push({
          name: `${module.relativeModuleId} > ${test.fullName}`,
          note: result.state === "skipped" ? (result.note ?? "") : "it never ran",
        });
    }
    for (const group of [module, ...module.children.allSuites()]) {
      const name = group.type === "module" ? group.relativeModuleId : `${module.relativeModuleId} > ${group.fullName}`;
      for (const { message } of group.errors()) report.broken.push(`${name}: ${message}`);
    }
  }
  report.broken.push(...unhandled.map(({ message = "an error without a message" }) => `outside of any test: ${message}`));
  return report;
}
