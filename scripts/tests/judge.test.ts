import { describe, expect, it } from "vitest";
import { judge, type Machine } from "./judge.ts";

const machine = (missing: readonly (keyof Machine)[]): Machine => {
  const part = (name: keyof Machine) => ({ found: !missing.includes(name), detail: name });
  return { java: part("java"), maven: part("maven"), chdb: part("chdb"), docker: part("docker"), browser: part("browser") };
};
const allLocal = machine(["docker"]);
const clean = { passed: 5, failed: 0, skipped: [], broken: [] };
const skipping = (name: string, note = "") => ({ ...clean, skipped: [{ name, note }] });

describe("the verdict over a test run", () => {
  it("counts what a clean run says", () => {
    expect(judge(clean, 0, allLocal)).toEqual({ passed: 5, failed: 0, skipped: 0, faults: [] });
  });

  it("makes a skip a failure where the machine has the parts", () => {
    expect(judge(skipping("contract > kafkajs"), 0, allLocal)).toMatchObject({
      failed: 1,
      skipped: 0,
      faults: [expect.stringContaining("contract > kafkajs")],
    });
  });

  it("counts a skip where a local part is missing", () => {
    expect(judge(skipping("contract > kafkajs"), 0, machine(["java", "docker"]))).toMatchObject({ failed: 0, skipped: 1 });
  });

  it("lets a Docker test be skipped exactly where no engine answers", () => {
    expect(judge(skipping("compose", "no Docker engine"), 0, allLocal)).toMatchObject({ failed: 0, skipped: 1 });
    expect(judge(skipping("compose", "no Docker engine"), 0, machine([]))).toMatchObject({ failed: 1, skipped: 0 });
  });

  it("lets a test in a browser be skipped exactly where there is none", () => {
    expect(judge(skipping("the page in a browser"), 0, machine(["browser"]))).toMatchObject({ failed: 0, skipped: 1 });
    expect(judge(skipping("the page in a browser"), 0, allLocal)).toMatchObject({ failed: 1, skipped: 0 });
  });

  it("adds files that did not load and errors outside of tests to the failures", () => {
    expect(judge({ ...clean, failed: 2, broken: ["a.test.ts: no such module"] }, 1, allLocal)).toMatchObject({ passed: 5, failed: 3 });
  });

  it("believes no clean report of a run that ended badly, nor a run without a report", () => {
    expect(judge(clean, 1, allLocal)).toMatchObject({ failed: 1 });
    expect(judge(undefined, 0, allLocal)).toMatchObject({ passed: 0, failed: 1 });
  });
});
