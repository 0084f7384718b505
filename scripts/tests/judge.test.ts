import { describe, expect, it } from "vitest";
import { judge } from "./judge.ts";
import type { Machine } from "./test-machine.ts";

const machine = (missing: readonly (keyof Machine)[]): Machine => {
  const part = (name: keyof Machine) => ({ found: !missing.includes(name), detail: name });
  return {
    ...{ java: part("java"), maven: part("maven"), chdb: part("chdb"), docker: part("docker") },
    ...{ browser: part("browser"), nginx: part("nginx"), python: part("python"), data: part("data") },
  };
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

  it.each([
    ["docker", "compose", "no Docker engine"],
    ["browser", "the page in a browser", ""],
    ["nginx", "test/ingest/nginx-log.test.ts > the log of a real nginx > has every request", ""],
    ["python", "the Python hook (wants python3)", ""],
    ["data", "public access logs (want ../shared/data)", ""],
  ] as const)("lets a test that wants %s be skipped exactly where it is missing", (part, name, note) => {
    expect(judge(skipping(name, note), 0, machine([part]))).toMatchObject({ failed: 0, skipped: 1 });
    expect(judge(skipping(name, note), 0, machine([]))).toMatchObject({ failed: 1, skipped: 0 });
    const others = (["docker", "browser", "nginx", "python", "data", "java"] as const).filter((other) => other !== part);
    expect(judge(skipping(name, note), 0, machine(others))).toMatchObject({ failed: 1, skipped: 0 });
  });

  it("adds files that did not load and errors outside of tests to the failures", () => {
    expect(judge({ ...clean, failed: 2, broken: ["a.test.ts: no such module"] }, 1, allLocal)).toMatchObject({ passed: 5, failed: 3 });
  });

  it("believes no clean report of a run that ended badly, nor a run without a report", () => {
    expect(judge(clean, 1, allLocal)).toMatchObject({ failed: 1 });
    expect(judge(undefined, 0, allLocal)).toMatchObject({ passed: 0, failed: 1 });
  });
});
