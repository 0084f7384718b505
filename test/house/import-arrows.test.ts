import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** A tree of one-line files, each of which breaks one rule; the lawful ones stand below. */
const refused = {
  "schemas-import-nothing": ["schemas/a.ts", "../operators/lawful.ts"],
  "operators-import-schemas": ["operators/a.ts", "../infra/lawful.ts"],
  "pipelines-import-operators": ["pipelines/a.ts", "../infra/lawful.ts"],
  "infra-imports-schemas-and-stream": ["infra/a.ts", "../operators/lawful.ts"],
  "conformance-is-for-tests": ["scripts/a.ts", "../operators/conformance/lawful.ts"],
  "tests-are-imported-by-tests": ["scripts/b.ts", "../test/lawful.ts"],
  "operators-are-pure": ["operators/b.ts", "node:fs"],
  "kafkajs-behind-its-port": ["infra/b.ts", "kafkajs"],
  "registry-client-behind-its-port": ["infra/c.ts", "@kafkajs/confluent-schema-registry"],
  "clickhouse-behind-its-port": ["infra/d.ts", "@clickhouse/client"],
  "program-needs-dependencies": ["scripts/c.ts", "fast-check"],
  "no-cycles": ["scripts/d.ts", "./e.ts"],
} as const satisfies Record<string, readonly [file: string, imported: string]>;

const lawful = {
  "schemas/lawful.ts": [],
  "operators/lawful.ts": ["../schemas/lawful.ts", "rxjs", "node:crypto"],
  "operators/stream/lawful.ts": ["../lawful.ts"],
  "operators/conformance/lawful.ts": ["../lawful.ts", "fast-check"],
  "operators/lawful.test.ts": ["./conformance/lawful.ts", "../infra/lawful.ts", "fast-check"],
  "pipelines/lawful.ts": ["../operators/lawful.ts", "../schemas/lawful.ts"],
  "infra/lawful.ts": ["../schemas/lawful.ts", "../operators/stream/lawful.ts", "node:fs"],
  "infra/kafka/lawful.ts": ["kafkajs"],
  "scripts/lawful.ts": ["../pipelines/lawful.ts", "../infra/lawful.ts", "../operators/lawful.ts"],
  "test/lawful.ts": ["../scripts/lawful.ts", "kafkajs", "fast-check"],
} as const satisfies Record<string, readonly string[]>;

const root = resolve(import.meta.dirname, "../..");
let violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[] = [];
let folder = "";

describe("import arrows", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewatch-arrows-"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await symlink(join(root, "package.json"), join(folder, "package.json"));
    for (const [file, imported] of Object.entries(lawful)) await write(file, imported);
    for (const [file, imported] of Object.values(refused)) await write(file, [imported]);
    await write("scripts/e.ts", ["./d.ts"]);
    violations = await cruised(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.for(Object.entries(refused))("%s", ([rule, [file]]) => {
    expect(violations.filter(({ from }) => from === file).map((found) => found.rule)).toEqual([rule]);
  });

  it("lets every lawful import through", () => {
    expect(violations.filter(({ from }) => from.includes("lawful"))).toEqual([]);
  });

  it("has no other rule than those tried here", async () => {
    const { forbidden } = (await import(join(root, ".dependency-cruiser.cjs"))).default as { forbidden: { name: string }[] };
    expect(forbidden.map(({ name }) => name).toSorted()).toEqual(Object.keys(refused).toSorted());
  });
});

async function write(file: string, imported: readonly string[]): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), `${imported.map((one) => `import "${one}";\n`).join("")}export {};\n`);
}

async function cruised(cwd: string): Promise<typeof violations> {
  const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const args = [
    program,
    "--config",
    join(root, ".dependency-cruiser.cjs"),
    "--output-type",
    "json",
    "schemas",
    "operators",
    "pipelines",
    "infra",
    "scripts",
    "test",
  ];
  const json = await new Promise<string>((done) => {
    // The exit code is the number of violations, so it is no failure of the program; without its report there is no JSON to read.
    execFile(process.execPath, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (_, stdout) => done(stdout));
  });
  const { summary } = JSON.parse(json) as { summary: { violations: { rule: { name: string }; from: string; to: string }[] } };
  return summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}
