import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveSettings } from "../../infra/config/resolve.ts";
import { pipelines } from "../../pipelines/index.ts";
import { Gatewatch } from "../commands/gatewatch.ts";
import { until } from "../lanes/harness.ts";
import { realClickHouse } from "../parts/clickhouse.ts";
import { realKafka } from "../parts/kafka.ts";
import { realRegistry } from "../parts/registry.ts";
import { firstBlock, type ShellBlock, shellBlocks, withoutFigures } from "./page-blocks.ts";
import { pages, root } from "./page-commands.ts";

const guide = pages()
  .filter((page) => page.startsWith("docs/guide/"))
  .toSorted()
  .flatMap(shellBlocks);
const says = (block: ShellBlock, what: RegExp) => what.test(block.script);
/** What a page shows of `npm`, of workers that run until they are told to stop, of tests, and of addresses that are made up. */
const isOnlyRead = (block: ShellBlock) => says(block, /^npm |gatewatch run |gatewatch\.yaml|^curl /m);
const isLocal = (block: ShellBlock) => says(block, /gatewatch (apply|topology)/) && !says(block, /gatewatch (tail|query|produce)/);
const local = guide.filter((block) => isLocal(block) && !isOnlyRead(block));
const overParts = guide.filter(
  (block) => !isLocal(block) && !isOnlyRead(block) && says(block, /gatewatch (tail|query|produce|dlq|schemas)/),
);

/** A folder as a reader has it: the pages, and `npx gatewatch` of this checkout. */
const folder = mkdtempSync(join(tmpdir(), "gatewatch-guide-"));
mkdirSync(join(folder, "bin"));
writeFileSync(join(folder, "bin/npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, "scripts/bin.js")}" "$@"\n`, {
  mode: 0o755,
});
for (const name of ["docs", "node_modules"]) symlinkSync(join(root, name), join(folder, name));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a block as a shell would; rejects where any of its commands fails. Stdout and stderr as one text. */
async function shell(script: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}`, GATEWATCH_DATA_DIR: join(folder, "no-stack"), ...environment };
  const { stdout } = await promisify(execFile)("bash", ["-euc", `{ ${script}\n} 2>&1`], { cwd: folder, env, maxBuffer: 1 << 26 });
  return stdout;
}

describe("the guide without a stack", () => {
  it.for(local)("$page:$line runs, and says what the page shows", async ({ script, shown }) => {
    const said = withoutFigures(await shell(script.replaceAll(/^npm .*$/gm, "")));
    for (const line of shown === undefined ? [] : withoutFigures(shown).split("\n")) expect(said).toContain(line);
  });

  it("has something to run", () => expect(local.length).toBeGreaterThan(2));

  it("shows a use of the library that works as it stands", async () => {
    const program = firstBlock("docs/guide/05-try-a-pipeline-without-a-broker.md", "ts");
    writeFileSync(join(folder, "use.ts"), program.replace('from "gatewatch"', `from "${join(root, "index.ts")}"`));
    const said = await shell(`"${process.execPath}" use.ts`);
    expect(said).toMatch(/gatewatch\.window .*imbalanceMax: 1\.2/s);
    expect(said).toMatch(/imbalance: 1\.2, entropy: 0\.9\d+, assigned: 200/);
  });

  it("shows a configuration that is right", () => {
    const file = join(folder, "gatewatch.yaml");
    mkdirSync(join(folder, "secrets"));
    writeFileSync(join(folder, "secrets/kafka"), "hush\n");
    writeFileSync(file, firstBlock("docs/guide/06-run-it-in-production.md", "yaml"));
    const settings = resolveSettings({ pipelines, file, environment: { CLICKHOUSE_PASSWORD: "sesame" } });
    expect(settings.kafka).toMatchObject({ brokers: ["kafka-1:9092", "kafka-2:9092"], saslPassword: "hush" });
    expect(settings.clickhouse.password).toBe("sesame");
  });

  it("shows settings of privacy that are right", () => {
    const file = join(folder, "privacy.yaml");
    writeFileSync(file, firstBlock("docs/guide/16-what-is-kept-of-prompts-and-people.md", "yaml"));
    const { privacy } = resolveSettings({ pipelines, file, environment: { GATEWATCH_HASH_KEY: "0123456789abcdef" } });
    expect(privacy).toMatchObject({ prompts: "features", bodies: "excerpt", hashUsers: true, hashKey: "0123456789abcdef" });
    expect(() => resolveSettings({ pipelines, file, environment: { GATEWATCH_HASH_KEY: "short" } })).toThrow(/privacy\.hashKey/);
  });
});

const [kafka, registry, clickhouse] = await Promise.all([realKafka(), realRegistry(), realClickHouse()]);

describe.skipIf(kafka === undefined || registry === undefined || clickhouse === undefined)("the guide over a stack", () => {
  const namespace = `g${randomBytes(5).toString("hex")}`;
  const environment = {
    KAFKA_BROKERS: kafka?.address,
    SCHEMA_REGISTRY_URL: registry?.address,
    CLICKHOUSE_URL: clickhouse?.address,
    CLICKHOUSE_USER: clickhouse?.user,
    CLICKHOUSE_PASSWORD: clickhouse?.password,
    GATEWATCH_NAMESPACE: namespace,
    KAFKAJS_NO_PARTITIONER_WARNING: "1",
  };
  /** The page's own broker and topic names are those of a stack on its usual ports. */
  const here = (script: string) =>
    script.replaceAll("127.0.0.1:9092", kafka?.address ?? "").replaceAll('topic: "moe.router"', `topic: "${namespace}.moe.router"`);
  const run = async (script: string) => (await shell(here(script), environment)).replaceAll(`${namespace}.`, "");
  const count = async (table: string) => Number(await run(`npx gatewatch query "SELECT count() FROM ${table}" | tail -n 1`));
  let worker: Gatewatch;

  beforeAll(async () => {
    worker = new Gatewatch(["run"], environment);
    await worker.says(/worker: http/);
    await run("npx gatewatch produce moe.router --in docs/guide/collapse.jsonl");
    await until("both alerts are rows", async () => (await count("alert")) === 2, 60_000);
  }, 120_000);
  afterAll(async () => {
    await worker.kill();
    await clickhouse?.client.close();
  });

  it.for(overParts)("$page:$line runs, and begins as the page shows it", { timeout: 120_000 }, async ({ script, shown }) => {
    // A dead letter is there when its lane's transaction is.
    const waiting = script.replace(
      "npx gatewatch dlq list",
      "until npx gatewatch dlq list | grep -q GW_; do sleep 0.2; done; npx gatewatch dlq list",
    );
    const said = withoutFigures(await run(waiting));
    const [first = ""] = withoutFigures(shown ?? "").split("\n");
    expect(said).toContain(first);
  });

  it("has something to run", () => expect(overParts.length).toBeGreaterThan(6));
});
