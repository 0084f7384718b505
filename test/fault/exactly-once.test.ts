import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import { murmur2Partition } from "../../infra/kafka/murmur2.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import { openRegistryCodec } from "../../infra/registry/registry-codec.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { topics } from "../../schemas/topics/index.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { until } from "../lanes/harness.ts";
import { realClickHouse } from "../parts/clickhouse.ts";
import { realKafka } from "../parts/kafka.ts";
import { realRegistry } from "../parts/registry.ts";
import { routerDefaults } from "../pipelines/inputs.ts";
import { abortedTransactions, standsInTransaction } from "./aborted.ts";
import { killed, Program } from "./program.ts";

const kafka = await realKafka();
const registry = await realRegistry();
const clickhouse = await realClickHouse();

/**
 * The program as people run it, two workers with `router-windows` and the sinks, killed with SIGKILL twenty times,
 * every other time from inside a transaction.
 *   in      200,000 router events over 4 partitions, one of them empty, sent while the workers die
 *   expect  windows and alerts equal to those of `apply --no-close` over the input as `tail --raw` prints it, each once;
 *           the rows of ClickHouse are the records of the topics, one for one; some transactions were cut off
 */
const records = 200_000;
const kills = 20;
const namespace = `once${process.pid}${Date.now().toString(36)}`;
const group = `${namespace}.gatewatch`;
const settings = {
  "lane.lingerMs": 0,
  "lane.quietLingerMs": 0,
  "lane.quietMs": 500,
  "lane.checkpointIntervalMs": 1_000,
  "lane.sessionTimeoutMs": 3_000,
  "lane.heartbeatMs": 300,
  "lane.recordRuns": true,
};
const set = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
const logger = openLog({ level: "silent", write: () => undefined });

describe.skipIf(kafka === undefined || registry === undefined || clickhouse === undefined)("twenty kills", () => {
  it("lose nothing and double nothing, in topics and in ClickHouse", { timeout: 300_000 }, async () => {
    const dir = await mkdtemp(join(tmpdir(), "gatewatch-once-"));
    const program = new Program(addresses());
    const log = await openKafka({ brokers: [kafka?.address ?? ""], clientId: "fault-test" }, logger);
    const run = ["run", "--namespace", namespace, "--pipelines", "router-windows,sinks", ...set];
    const worker = (number: number) => program.start(run, join(dir, `member-${number}`));
    const workers = [worker(0), worker(1)];
    try {
      await until("topics", async () => (await log.admin.partitions([`${namespace}.moe.router`])).size === 1, 60_000);
      const sent = feed(log, 80_000);
      const random = seeded(77);
      for (let kill = 0; kill < kills; kill += 1) {
        await new Promise((resolve) => setTimeout(resolve, random.int(1_500, 3_500)));
        const victim = random.int(0, 1);
        const child = workers[victim];
        if (child !== undefined) {
          if (kill % 2 === 0) await stoppedInside(child);
          await killed(child);
        }
        workers[victim] = worker(victim);
      }
      await sent;
      await until("every lane has committed all of its input", () => caughtUp(log), 90_000);
      // What was seen standing may have been a slow one of the other worker: the broker's list of the aborted counts.
      expect(await abortedTransactions([kafka?.address ?? ""], [runs])).toBeGreaterThan(0);
      await outputsAreThoseOfApply(program, dir);
      await rowsAreTheRecords(dir);
      for (const child of workers) child.kill("SIGTERM");
      const codes = await Promise.all(workers.map(async (child) => (await once(child, "exit"))[0]));
      expect(codes).toEqual([0, 0]);
    } finally {
      await Promise.all(workers.map((child) => killed(child)));
      await log.close();
      await clickhouse?.client.close();
      await rm(dir, { recursive: true, force: true });
    }
  });
});

/** Where every lane writes within each of its transactions. */
const runs = { topic: `${namespace}.gatewatch.internal.router-windows.runs`, partition: 0 };

/** Stops the worker (SIGSTOP) again and again until it seems to stand inside a transaction, or has not for long. */
async function stoppedInside(child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    child.kill("SIGSTOP");
    if (await standsInTransaction([kafka?.address ?? ""], runs, 200)) return;
    child.kill("SIGCONT");
    await new Promise((resolve) => setTimeout(resolve, 25 + 7 * tries));
  }
}

const addresses = () => ({
  KAFKA_BROKERS: kafka?.address ?? "",
  SCHEMA_REGISTRY_URL: registry?.address ?? "",
  CLICKHOUSE_URL: clickhouse?.address ?? "",
  CLICKHOUSE_USER: clickhouse?.user ?? "",
  CLICKHOUSE_PASSWORD: clickhouse?.password ?? "",
});

/** Names whose keys lie in partitions 0, 1 and 3: partition 2 stays empty. */
function instanceNames(count: number): string[] {
  const names: string[] = [];
  for (let i = 0; names.length < count; i += 1) if (murmur2Partition(Buffer.from(`d|i-${i}`), 4) !== 2) names.push(`i-${i}`);
  return names;
}

/** All records, as evenly as can be over so many milliseconds. */
async function feed(log: LogPort, overMs: number): Promise<void> {
  const codec = openRegistryCodec({ url: registry?.address ?? "", named: (topic) => `${namespace}.${topic}` }, logger);
  await codec.register([topics.router]);
  const writer = await log.producer();
  const load = { seed: 5, deploymentId: "d", instances: 20, layers: 10, experts: 16, topK: 2, tokens: 500, windowMs: 5_000 };
  const names = instanceNames(load.instances);
  const startMs = Date.now() - (records / 200) * load.windowMs;
  const began = Date.now();
  let sent = 0;
  for (const window of routerLoad({ ...load, collapse: { layer: 3, everyMs: 300_000, lastsMs: 20_000 } }, startMs)) {
    const batch = window.map((event) => {
      const instanceId = names[Number(event.instanceId.slice(2))] ?? "";
      const value = topics.router.complete({ ...routerDefaults, ...event, instanceId });
      return {
        topic: `${namespace}.${topics.router.name}`,
        key: Buffer.from(topics.router.key(value)),
        value: codec.encode(topics.router, value),
      };
    });
    await writer.send(batch);
    sent += batch.length;
    if (sent >= records) return writer.close();
    const wait = began + (sent / records) * overMs - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function caughtUp(log: LogPort): Promise<boolean> {
  const behind = async (name: string, member: string) => {
    const places = [0, 1, 2, 3].map((partition) => ({ topic: `${namespace}.${name}`, partition }));
    const [ranges, committed] = [await log.admin.range(places), await log.admin.positions(`${group}.${member}`, places)];
    return ranges.some(({ end }, i) => end > 0 && (committed[i]?.offset ?? -1) < end);
  };
  if (await behind("moe.router", "router-windows.moe.router")) return false;
  return (await sunk("gatewatch.window")) && (await sunk("gatewatch.alert"));

  /** A sink's position may stand before the control records of the last transactions: what counts is its rows. */
  async function sunk(name: string): Promise<boolean> {
    const rows = (await tableOffsets(name.split(".")[1] ?? "")).length;
    return rows > 0 && rows >= (await committedRecords(log, name));
  }
}

async function committedRecords(log: LogPort, name: string): Promise<number> {
  let count = 0;
  for (let partition = 0; partition < 4; partition += 1) {
    for (let at = 0; ; ) {
      const fetched = await log.fetch({ topic: `${namespace}.${name}`, partition }, at, { maxBytes: 4 << 20 });
      count += fetched.records.length;
      if (fetched.next >= fetched.highWatermark || fetched.next === at) break;
      at = fetched.next;
    }
  }
  return count;
}

async function outputsAreThoseOfApply(program: Program, dir: string): Promise<void> {
  const tail = (topic: string) =>
    program.into(join(dir, topic), ["tail", topic, "--raw", "--from", "earliest", "--no-follow", "--namespace", namespace]);
  for (const topic of ["moe.router", "gatewatch.window", "gatewatch.alert", "gatewatch.dlq"]) await tail(topic);
  await program.into(join(dir, "applied"), ["apply", "router-windows", "--no-close", "--in", join(dir, "moe.router")]);
  const applied = await valuesByTopic(join(dir, "applied"));
  for (const topic of ["gatewatch.window", "gatewatch.alert"]) {
    const written = (await valuesByTopic(join(dir, topic))).get(topic) ?? [];
    expect(written.length).toBeGreaterThan(10);
    expect(hashOf(written)).toEqual(hashOf(applied.get(topic) ?? []));
  }
  expect((await valuesByTopic(join(dir, "moe.router"))).get("moe.router")).toHaveLength(records);
  expect(await valuesByTopic(join(dir, "gatewatch.dlq"))).toEqual(new Map());
}

/** As text, sorted: duplicates stay. */
async function valuesByTopic(file: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { topic, value } = JSON.parse(line) as { topic: string; value: unknown };
    const values = found.get(topic) ?? [];
    values.push(JSON.stringify(value));
    found.set(topic, values);
  }
  for (const values of found.values()) values.sort();
  return found;
}

/** Small enough to print when they differ: how many, and the first few. */
function hashOf(values: readonly string[]): { count: number; distinct: number; all: string } {
  return { count: values.length, distinct: new Set(values).size, all: values.join("\n") };
}

async function rowsAreTheRecords(dir: string): Promise<void> {
  for (const table of ["window", "alert"]) {
    const offsets: string[] = [];
    for await (const line of createInterface({ input: createReadStream(join(dir, `gatewatch.${table}`)) })) {
      const { partition, offset, value } = JSON.parse(line) as { partition: number; offset: number; value: { id: string } };
      offsets.push(`${partition} ${offset} ${value.id}`);
    }
    expect(await tableOffsets(table)).toEqual(offsets.sort());
  }
}

async function tableOffsets(table: string): Promise<string[]> {
  const query = `SELECT concat(toString(_partition), ' ', toString(_offset), ' ', id) AS row FROM ${namespace}_gatewatch.${table} ORDER BY row`;
  const result = await clickhouse?.client.query({ query, format: "JSONEachRow" });
  const rows = ((await result?.json()) ?? []) as { row: string }[];
  return rows.map(({ row }) => row).sort();
}
