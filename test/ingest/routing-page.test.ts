import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventsRoute } from "../../infra/ingest/http/events-route.ts";
import { type IngestServer, startIngestServer } from "../../infra/ingest/http/ingest-server.ts";
import { KafkaIntake } from "../../infra/ingest/intake.ts";
import { CountedRoutes } from "../../infra/ingest/routing/counted-routes.ts";
import { routingRoutes } from "../../infra/ingest/routing/routing-routes.ts";
import type { OutRecord } from "../../infra/kafka/port.ts";
import { memoryCodec } from "../../infra/registry/memory-codec.ts";
import { topics } from "../../schemas/topics/index.ts";
import { firstBlock, shellBlocks } from "../docs/page-blocks.ts";
import { pageText, root } from "../docs/page-commands.ts";

const page = "docs/guide/20-routing-from-engines.md";
const [tokens, counts] = shellBlocks(page).filter(({ script }) => script.includes(":8610"));
const python = spawnSync("python3", ["--version"]).status === 0;
const answers = [...pageText(page).matchAll(/```json\n(.*?)\n```/gs)].map((match) => match[1]);

let server: IngestServer;
let counted: CountedRoutes;
const sent: OutRecord[] = [];
const codec = memoryCodec();
const folder = mkdtempSync(join(tmpdir(), "gatewatch-routing-page-"));

/** What a reader's parts would be, without a broker: the intake checks and encodes, and the records are kept. */
beforeAll(async () => {
  const writer = { send: async (records: readonly OutRecord[]) => void sent.push(...records), close: async () => undefined };
  const intake = new KafkaIntake({
    log: { producer: async () => writer } as never,
    codec,
    named: (name) => name,
    ensure: async (topic) => void (await codec.register([topic])),
    prepare: (_, value) => value,
    maxAheadMs: 60_000,
    maxBytesInFlight: 1_000_000,
    patienceMs: 5_000,
  });
  const say = () => undefined;
  counted = new CountedRoutes({ windowMs: 5_000, graceMs: 2_000, idleMs: 60_000, maxOpen: 100, maxAheadMs: 60_000, say }, intake);
  const limits = { maxBodyBytes: 100_000, maxStreamBytes: 100_000 };
  const routes = [
    (one: Parameters<typeof eventsRoute>[0]) => eventsRoute(one, intake, limits),
    (one: Parameters<typeof eventsRoute>[0]) => routingRoutes(one, intake, counted, limits),
  ];
  server = await startIngestServer({ host: "127.0.0.1", port: 0, token: undefined, routes });
});
afterAll(async () => {
  await server.stop();
  await counted.stop();
  rmSync(folder, { recursive: true, force: true });
});

const here = (script: string) => script.replaceAll("http://127.0.0.1:8610", server.address).replaceAll("/tmp/", `${folder}/`);
const shell = async (script: string) =>
  (await promisify(execFile)("bash", ["-euc", here(script)], { env: { PATH: process.env.PATH } })).stdout;

describe("the page on routing", () => {
  it("posts tokens, and shows what is answered", async () => {
    expect(JSON.parse(await shell(tokens?.script ?? ""))).toEqual(JSON.parse(answers[0] ?? ""));
  });

  it("posts counts, and shows what is answered", async () => {
    expect(JSON.parse(await shell(counts?.script ?? ""))).toEqual(JSON.parse(answers[1] ?? ""));
    const records = sent.map(({ key, value }) => ({ offset: 0, timestampMs: 0, headers: {}, key, value }));
    await codec.warm(codec.unknownIds(records));
    const [record] = records.map((one) => codec.decode(topics.router, one));
    expect(record).toMatchObject({ instanceId: "engine-0", expertCounts: [703, 295, 402], tokens: 700, source: "VLLM" });
  });

  it.skipIf(!python)("has a use of the hook (wants python3) that works as it stands", async () => {
    const before = sent.length;
    const env = { PATH: process.env.PATH, PYTHONPATH: join(root, "deploy/hooks"), PYTHONDONTWRITEBYTECODE: "1" };
    const { stdout } = await promisify(execFile)("python3", ["-c", here(firstBlock(page, "python"))], { env });
    expect(stdout).toContain("'windows': 1");
    expect(stdout.trim()).toMatch(/None$/);
    expect(sent.length).toBe(before + 1);
  });
});
