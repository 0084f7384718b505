import { afterEach, describe, expect, it } from "vitest";
import { resolveSettings } from "../../infra/config/resolve.ts";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import type { Feed, Tap } from "../../infra/kafka/port.ts";
import { anyFreePort } from "../../infra/local-stack/ports.ts";
import { MemorySchemas, memoryCodec } from "../../infra/registry/memory-codec.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { topics } from "../../schemas/topics/index.ts";
import { until } from "../../test/lanes/harness.ts";
import { routerRecords, startMs } from "../../test/pipelines/inputs.ts";
import { type RunningWorker, runWorker, type WorkerToRun } from "./run-worker.ts";

const pipelines = [routerWindows];
const quick = ["lane.heartbeatMs=20", "lane.sessionTimeoutMs=1000", "lane.lingerMs=5", "lane.idleMs=20"];
const running: RunningWorker[] = [];
afterEach(async () => {
  for (const worker of running.splice(0)) await worker.stop();
});

function rig(set: readonly string[] = []) {
  const log = openMemoryLog(() => startMs + 3_600_000);
  const schemas = new MemorySchemas();
  const said: string[] = [];
  const logger = openLog({ write: (line) => said.push(line) });
  const settings = resolveSettings({ pipelines, environment: {}, set: [...quick, ...set] });
  const port = log.connect();
  const base = {
    settings,
    log: port,
    codec: memoryCodec(schemas),
    logger,
    pipelines,
    stop: new AbortController().signal,
  };
  return {
    log,
    said,
    base,
    async start(more: Partial<WorkerToRun> = {}) {
      const worker = await runWorker({ ...base, ...more });
      running.push(worker);
      return worker;
    },
    async produce(topic: string) {
      const codec = memoryCodec(schemas);
      await codec.register([topics.router]);
      log.append(
        routerRecords(30).map(({ value }) => ({
          topic,
          key: Buffer.from(topics.router.key(value as never)),
          value: codec.encode(topics.router, value),
        })),
      );
    },
    async count(topic: string) {
      const places = Array.from({ length: log.count(topic) ?? 0 }, (_, partition) => ({ topic, partition }));
      const fetched = await Promise.all(places.map((place) => base.log.fetch(place, 0, { maxBytes: Number.POSITIVE_INFINITY })));
      return fetched.reduce((sum, { records }) => sum + records.length, 0);
    },
  };
}

/** The same object but for one member. */
function withMember<T extends object, K extends keyof T>(target: T, name: K, value: T[K]): T {
  return new Proxy(target, {
    get(object, key) {
      if (key === name) return value;
      const member = Reflect.get(object, key) as unknown;
      return typeof member === "function" ? member.bind(object) : member;
    },
  });
}

describe("a worker", () => {
  it("makes what its pipelines need, becomes ready, and turns records into windows", async () => {
    const { log, start, produce, count } = rig();
    const worker = await start();
    expect(log.names()).toEqual(["gatewatch.alert", "gatewatch.checkpoints", "gatewatch.dlq", "gatewatch.window", "moe.router"]);
    expect(log.count("moe.router")).toBe(4);
    await until("the worker is ready", async () => (await fetch(`${worker.address}/readyz`)).status === 200);
    await produce("moe.router");
    await until("windows were written", async () => (await count("gatewatch.window")) > 100);
    const metrics = await (await fetch(`${worker.address}/metrics`)).text();
    expect(metrics).toMatch(/^gatewatch_lane_output_records_total\{pipeline="router-windows",topic="gatewatch.window"\} [1-9]/m);
    expect(metrics).toMatch(/^gatewatch_lanes\{group="gatewatch.router-windows.moe.router",status="live"\} 4$/m);
    expect(metrics).toMatch(
      /^gatewatch_lane_lag_records\{group="gatewatch.router-windows.moe.router",topic="moe.router",partition="\d+"\} 0$/m,
    );
    expect(metrics).toMatch(/^gatewatch_store_keys\{pipeline="router-windows",part="moe.router",store="own-baseline"\} [1-9]/m);
    expect(metrics).toMatch(/^gatewatch_worker_ready 1$/m);
  });

  it("keeps to its namespace and to the partitions asked for", async () => {
    const { log, start, produce, count } = rig(["namespace=other", "kafka.partitions=2"]);
    await start();
    expect(log.names().every((name) => name.startsWith("other."))).toBe(true);
    expect(log.count("other.moe.router")).toBe(2);
    await produce("other.moe.router");
    await until("windows were written", async () => (await count("other.gatewatch.window")) > 100);
  });

  it("waits for Kafka in one sentence, is not ready meanwhile, and goes on when it answers", async () => {
    const { base, start, said } = rig();
    let answers = false;
    let asked = 0;
    const { admin } = base.log;
    const partitions: typeof admin.partitions = async (names) => {
      asked += 1;
      if (!answers) throw new Fault("GW_KAFKA_UNREACHABLE", "nobody answers at 127.0.0.1:1");
      return await admin.partitions(names);
    };
    const log = withMember(base.log, "admin", withMember(admin, "partitions", partitions));
    const port = await anyFreePort();
    const address = `http://127.0.0.1:${port}`;
    const settings = { ...base.settings, http: { ...base.settings.http, port } };
    const starting = start({ log, settings });
    await until("it says why it waits", () => said.length > 0);
    const waiting = await fetch(`${address}/readyz`);
    expect([waiting.status, ((await waiting.json()) as { reasons: string[] }).reasons]).toEqual([503, ["the worker makes its topics"]]);
    await until("it has tried again", () => asked >= 3);
    answers = true;
    await starting;
    const sentences = said.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(sentences).toEqual([
      "GW_KAFKA_UNREACHABLE: nobody answers at 127.0.0.1:1. Start Kafka, or set KAFKA_BROKERS. Trying again.",
      "It answers now.",
    ]);
  });

  it("does not wait for what cannot come right, and leaves no server behind", async () => {
    const { base, start } = rig();
    const codec = { ...base.codec, register: () => Promise.reject(new Fault("GW_SCHEMA_INCOMPATIBLE", "the field x has no default")) };
    const port = await anyFreePort();
    const settings = { ...base.settings, http: { ...base.settings.http, port } };
    await expect(start({ codec: codec as never, settings })).rejects.toMatchObject({ code: "GW_SCHEMA_INCOMPATIBLE" });
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it("tells when Kafka has dropped it for good", async () => {
    const { base, start } = rig();
    let drop: ((cause: Error) => void) | undefined;
    const join: typeof base.log.join = async (options) => {
      drop = options.lost;
      return await base.log.join(options);
    };
    const worker = await start({ log: withMember(base.log, "join", join) });
    drop?.(new Error("the group has no coordinator"));
    expect((await worker.lost).message).toBe("the group has no coordinator");
  });

  it("runs its pipelines while the sinks wait for ClickHouse, and says what they wait for", async () => {
    const { start, produce, count } = rig();
    const sinks = {
      run: () => [],
      makeTables: () => Promise.reject(new Fault("GW_CLICKHOUSE_UNREACHABLE", "away")),
      close: async () => undefined,
    };
    const worker = await start({ sinks });
    await produce("moe.router");
    await until("windows were written", async () => (await count("gatewatch.window")) > 100);
    const state = (await (await fetch(`${worker.address}/readyz`)).json()) as { reasons: string[] };
    expect(state.reasons).toEqual(["the sinks make their tables"]);
  });

  it("cannot go on where the tables can never be used", async () => {
    const { start } = rig();
    const sinks = {
      run: () => [],
      makeTables: () => Promise.reject(new Fault("GW_CLICKHOUSE_NO_DEDUP", "a table forgets")),
      close: async () => undefined,
    };
    const worker = await start({ sinks });
    expect(await worker.lost).toMatchObject({ code: "GW_CLICKHOUSE_NO_DEDUP" });
  });

  it("is not ready while Kafka answers no fetch, whatever lag was seen last", async () => {
    const { base, start } = rig();
    let silentMs = 0;
    const feed: Feed = Object.create(base.log.feed, {
      add: { value: (tap: Tap) => base.log.feed.add(tap) },
      check: { value: () => 0 },
      silentMs: { get: () => silentMs },
    });
    const worker = await start({ log: withMember(base.log, "feed", feed) });
    await until("it is ready", () => worker.ready());
    silentMs = 10_001;
    const answer = await fetch(`${worker.address}/readyz`);
    const { reasons } = (await answer.json()) as { reasons: string[] };
    expect([answer.status, reasons]).toEqual([503, ["Kafka has not answered a fetch for 10 s"]]);
    silentMs = 9_999;
    expect(worker.ready()).toBe(true);
  });

  it("is not ready while a lane lags beyond the bound, and names it", async () => {
    const { start, produce, count } = rig(["kafka.partitions=1", "http.maxLagRecords=1", "lane.quietMs=3600000", "lane.lingerMs=3600000"]);
    const worker = await start();
    await until("it is ready", () => worker.ready());
    await produce("moe.router");
    // The first transaction goes at once, the next one an hour later.
    await until("the first transaction is written", async () => (await count("gatewatch.window")) > 0);
    await produce("moe.router");
    await until("it lags", () => !worker.ready());
    const answer = await fetch(`${worker.address}/readyz`);
    const { reasons } = (await answer.json()) as { reasons: string[] };
    expect(answer.status).toBe(503);
    expect(reasons.join()).toMatch(/^moe\.router\/0 lags \d+ records behind \(http\.maxLagRecords 1\)$/);
  });
});
