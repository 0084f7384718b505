import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);
let folder = "";
let packed: readonly string[] = [];

/** As a stranger does it: the archive of `npm pack`, installed by npm into an empty folder, used by plain Node. */
describe("the npm package", { timeout: 300_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewatch-package-"));
    const { stdout } = await npm(root, ["pack", "--json", "--pack-destination", folder]);
    // A script that npm runs before packing may print as well.
    const [archive] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [{ filename: string; files: { path: string }[] }];
    packed = archive.files.map(({ path }) => path);
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ name: "stranger", private: true, type: "module", allowScripts: { node: true } }),
    );
    // The optional engine is 543 MB that nothing here asks for.
    await npm(folder, ["install", "--prefer-offline", "--no-audit", "--no-fund", "--omit=optional", `./${archive.filename}`]);
  }, 280_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("holds compiled code, types and schemas, and neither tests nor sources", () => {
    expect(packed).toEqual(
      expect.arrayContaining(["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "scripts/bin.js"]),
    );
    expect(packed).toContain("dist/schemas/avro/moe.router.avsc");
    expect(
      packed.filter((path) => /\.test\.|^dist\/(test|scripts\/tidy|scripts\/tests|operators\/conformance)\/|(?<!\.d)\.ts$/.test(path)),
    ).toEqual([]);
  });

  it("brings every schema and statement that the checkout has", async () => {
    for (const part of ["schemas/avro", "schemas/clickhouse"]) {
      const here = await readdir(join(root, part));
      const assets = here.filter((name) => /\.(avsc|sql)$/.test(name)).map((name) => `dist/${part}/${name}`);
      expect(packed.filter((path) => assets.includes(path)).toSorted()).toEqual(assets.toSorted());
    }
  });

  it("runs a pipeline over records and scores one event", async () => {
    await writeFile(join(folder, "stranger.js"), stranger);
    const { stdout } = await run(join(folder, "node_modules/.bin/node"), ["stranger.js"], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({
      names: expect.arrayContaining(["router-windows"]),
      windows: [{ layer: 3, tokens: 200, imbalanceMax: 2 }],
      letters: ["GW_RECORD_SHAPE"],
      score: { imbalance: 2, assigned: 400 },
    });
  });

  it("brings types that accept what is right and refuse what is wrong", async () => {
    await writeFile(join(folder, "right.ts"), rightTypes);
    await writeFile(
      join(folder, "wrong.ts"),
      'import { apply } from "gatewatch";\napply("router-windows", [{ topic: "moe.router", key: 5, value: {} }]);\n',
    );
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--skipLibCheck"];
    const check = (file: string) => run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...flags, file], { cwd: folder });
    await expect(check("right.ts")).resolves.toMatchObject({ stdout: "" });
    await expect(check("wrong.ts")).rejects.toMatchObject({
      stdout: expect.stringContaining("'number' is not assignable to type 'string"),
    });
  });

  it("has the command, which says its version and draws its pipelines", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    expect((await npx(["gatewatch", "--version"])).stdout.trim()).toBe(version);
    expect((await npx(["gatewatch", "topology", "router-windows", "--format", "mermaid"])).stdout).toMatch(
      /^flowchart LR\n.*moe\.router.*gatewatch\.alert/s,
    );
  });
});

const stranger = `import { apply, pipelines, score } from "gatewatch";
const event = (windowStart, extra) => ({ windowStart, windowEnd: windowStart + 10e6, deploymentId: "d", instanceId: "i-0", layer: 3, numExperts: 4, topK: 2,
  tokens: 100, assignments: 200, expertCounts: [100, 50, 50, 0], ...extra });
const at = 1_700_000_000_000_000;
const records = [event(at), event(at + 1e6), event(at + 2e6, { tokens: "many" })].map((value) => ({ topic: "moe.router", value }));
const windows = [], letters = [];
for await (const { topic, value } of apply("router-windows", records, { set: { "router-windows.windowS": 10 } })) {
  if (topic === "gatewatch.window") windows.push({ layer: value.layer, tokens: value.tokens, imbalanceMax: value.imbalanceMax });
  else letters.push(value.code);
}
const { imbalance, assigned } = score.routing({ ...event(at), tokens: 200, assignments: 400, expertCounts: [200, 100, 100, 0] });
console.log(JSON.stringify({ names: pipelines.map(({ name }) => name), windows, letters, score: { imbalance, assigned } }));
`;

const rightTypes = `import { apply, pipelines, score, type OutputRecord } from "gatewatch";
const first: string | undefined = pipelines[0]?.name;
const outputs: OutputRecord[] = [];
for await (const output of apply(["router-windows"], [{ topic: "moe.router", value: {} }])) outputs.push(output);
const imbalance: number = score.routing({ windowStart: 0, windowEnd: 1, deploymentId: "d", instanceId: "i", layer: 0, numExperts: 1, topK: 1, tokens: 1,
  assignments: 1, expertCounts: [1] }).imbalance;
export { first, imbalance, outputs };
`;

/** Without what the npm that runs these tests put into the environment: a stranger's npm has none of it. */
function clean(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle)_/i.test(name) && name !== "INIT_CWD"),
  );
}

const npm = (cwd: string, args: readonly string[]) => run("npm", args, { cwd, env: clean(), maxBuffer: 64 * 1024 * 1024 });

const npx = (args: readonly string[]) => run("npx", ["--no-install", ...args], { cwd: folder, env: clean() });
