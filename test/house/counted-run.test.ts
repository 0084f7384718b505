import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runChecks } from "../../scripts/tests/static-checks.ts";
import type { Machine } from "../../scripts/tests/test-machine.ts";
import { runVitest } from "../../scripts/tests/vitest-run.ts";

const root = resolve(import.meta.dirname, "../..");
const part = { found: true, detail: "" };
const lacks = { found: false, detail: "" };
const allLocal: Machine = { java: part, maven: part, chdb: part, docker: lacks, browser: part, nginx: part, python: part, data: lacks };
const quiet = { signal: new AbortController().signal, say: () => {}, vitestOutput: "ignore" } as const;
const header = 'import { describe, expect, it } from "vitest";\n';

/** What the last line of `npm test` counts, over a project made for it. */
describe("the count of a run", { timeout: 60_000 }, () => {
  let folder = "";
  const file = (name: string, text: string) => writeFile(join(folder, name), `${header}${text}\n`);
  const run = (...wanted: string[]) => runVitest(folder, wanted, allLocal, quiet);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewatch-counted-"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await symlink(join(root, "scripts"), join(folder, "scripts"));
    await writeFile(join(folder, "vitest.config.ts"), 'export default { test: { include: ["*.case.ts"] } };\n');
    await file("good.case.ts", 'it("a", () => {});\nit("b", () => {});');
    await file("bad.case.ts", 'it("fails", () => expect(1).toBe(2));\nit("passes", () => {});');
    await file(
      "skips.case.ts",
      'it.skipIf(true)("needs Kafka", () => {});\nit.skipIf(true)("needs Docker", () => {});\nit.skipIf(true)("wants ../shared/data", () => {});',
    );
    await file("broken.case.ts", 'import "./nowhere.ts";\nit("never runs", () => {});');
    await file(
      "hook.case.ts",
      'import { beforeAll } from "vitest";\ndescribe("group", () => {\n  beforeAll(() => { throw new Error("no"); });\n  it("c", () => {});\n});',
    );
    await file("outside.case.ts", 'it("leaves an error behind", () => void Promise.reject(new Error("lost")));');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.for([
    ["good", { passed: 2, failed: 0, skipped: 0 }],
    ["bad", { passed: 1, failed: 1, skipped: 0 }],
    ["skips", { passed: 0, failed: 1, skipped: 2 }],
    ["broken", { passed: 0, failed: 1, skipped: 0 }],
    ["outside", { passed: 1, failed: 1, skipped: 0 }],
    ["matches-nothing", { passed: 0, failed: 1, skipped: 0 }],
  ] as const)("of files like %s", async ([name, tally]) => {
    expect(await run(name)).toEqual(tally);
  });

  it("takes a hook that failed for a failure, and what it kept from running too", async () => {
    expect(await run("hook")).toEqual({ passed: 0, failed: 2, skipped: 0 });
  });

  it("takes each check for one, failed or not, and one that does not start for failed", async () => {
    const checks = [
      { name: "fine", args: ["-e", "0"] },
      { name: "bad", args: ["-e", "process.exit(3)"] },
      { name: "missing", args: [join(folder, "nowhere.js")] },
    ];
    expect(await runChecks(folder, checks, quiet)).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });
});
