import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { until } from "../lanes/harness.ts";
import { realClickHouse } from "../parts/clickhouse.ts";
import { realKafka } from "../parts/kafka.ts";
import { realRegistry } from "../parts/registry.ts";
import { startMs } from "../pipelines/inputs.ts";
import { descendants, Gatewatch, gatewatch, isRunning } from "./gatewatch.ts";

const [kafka, registry, clickhouse] = await Promise.all([realKafka(), realRegistry(), realClickHouse()]);
const load = { seed: 3, deploymentId: "d", instances: 4, layers: 4, experts: 16, topK: 2, tokens: 2_000, windowMs: 5_000 };
const events = (windows: number) =>
  [...routerLoad({ ...load, collapse: { layer: 2, everyMs: 240_000, lastsMs: 30_000 } }, startMs).take(windows)].flat();
const asLines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
const rowsOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.skipIf(kafka === undefined || registry === undefined)("commands over a real Kafka and registry", () => {
  const namespace = `c${randomBytes(5).toString("hex")}`;
  const environment = {
    KAFKA_BROKERS: kafka?.address,
    SCHEMA_REGISTRY_URL: registry?.address,
    CLICKHOUSE_URL: clickhouse?.address,
    CLICKHOUSE_USER: clickhouse?.user,
    CLICKHOUSE_PASSWORD: clickhouse?.password,
    GATEWATCH_NAMESPACE: namespace,
  };
  const ask = (argv: readonly string[], input = "") => gatewatch(argv, environment, input);
  const running: Gatewatch[] = [];
  afterEach(async () => {
    for (const one of running.splice(0)) await one.kill();
  });
  afterAll(() => clickhouse?.client.close());
  const start = (argv: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const one = new Gatewatch(argv, { ...environment, ...more });
    running.push(one);
    return one;
  };

  beforeAll(async () => {
    const bad = ['{"topic":"moe.router","value":null}', "nonsense"];
    const { code, errors } = await ask(["produce", "moe.router"], `${asLines(events(200))}${bad.join("\n")}\n`);
    expect(errors).toMatch(/line 3201: GW_RECORD_NULL .*\nline 3202: GW_RECORD_UNREADABLE /);
    expect(errors).toMatch(/3200 records sent to .*\.moe\.router, 2 bad lines left out/);
    expect(code).toBe(1);
  });

  it("produce has made the topic and registered the schema; topics and schemas say so", async () => {
    const topics = rowsOf((await ask(["topics", "list", "--json"])).out);
    expect(topics.find(({ topic }) => topic === `${namespace}.moe.router`)).toMatchObject({ exists: true, partitions: 4, offsets: 3_200 });
    expect(topics.filter(({ exists }) => exists)).toHaveLength(1);
    const schemas = rowsOf((await ask(["schemas", "list", "--json"])).out);
    expect(schemas.filter(({ registered }) => registered)).toEqual([
      { subject: `${namespace}.moe.router-value`, registered: true, version: 1, id: expect.any(Number), current: true },
    ]);
  });

  it("tail gives back what was sent, in order, as values and raw", async () => {
    const values = rowsOf((await ask(["tail", "moe.router", "--from", "earliest", "--no-follow"])).out);
    expect(values).toHaveLength(3_200);
    const raw = rowsOf((await ask(["tail", "moe.router", "--from", "earliest", "--no-follow", "--raw"])).out);
    expect(raw.map(({ value }) => value)).toEqual(values);
    expect(raw[0]).toMatchObject({
      topic: "moe.router",
      partition: expect.any(Number),
      offset: 0,
      timestamp: expect.any(Number),
      headers: {},
    });
    const ofOne = raw.filter(({ key }) => key === "d|i-2").map(({ value }) => value);
    const sent = events(200).filter(({ instanceId }) => instanceId === "i-2");
    expect(ofOne).toEqual(sent.map((event) => expect.objectContaining({ ...event, ts: event.windowEnd })));
  });

  it("tail filters, begins at a time, ends after a limit, and follows", async () => {
    const filtered = await ask([
      "tail",
      "moe.router",
      "--from",
      "earliest",
      "--no-follow",
      "--filter",
      "layer=2",
      "--filter",
      "instanceId=i-1",
    ]);
    expect(rowsOf(filtered.out)).toHaveLength(200);
    expect(rowsOf((await ask(["tail", "moe.router", "--from", "earliest", "--limit", "7"])).out)).toHaveLength(7);
    expect((await ask(["tail", "moe.router", "--from", String(Date.now() + 60_000), "--no-follow"])).out).toBe("");
    const following = start(["tail", "moe.router"], { GATEWATCH_NAMESPACE: `${namespace}-f` });
    await following.says(/GW_TOPIC_MISSING/);
    expect((await following.ended()).code).toBe(1);
    const copy = { ...environment, GATEWATCH_NAMESPACE: `${namespace}-f` };
    await gatewatch(["topics", "create", "moe.router", "--partitions", "2"], copy);
    const tail = start(["tail", "moe.router", "--from", "earliest"], copy);
    const first = await gatewatch(["produce", "moe.router"], copy, asLines(events(1).slice(0, 3)));
    expect(first.code).toBe(0);
    await until("three have come", () => rowsOf(tail.out).length === 3);
    await gatewatch(["produce", "moe.router"], copy, asLines(events(1).slice(3, 5)));
    await until("five have come", () => rowsOf(tail.out).length === 5);
    tail.child.kill("SIGINT");
    expect(await tail.ended()).toMatchObject({ code: 0 });
  });

  it("schemas check finds what a registry holds that we could not read", async () => {
    expect((await ask(["schemas", "check", "moe.router"])).code).toBe(0);
    // In a namespace of its own: where `run` looks, it would rightly refuse to start.
    const other = { ...environment, GATEWATCH_NAMESPACE: `${namespace}-s` };
    const subject = `${namespace}-s.moe.load-value`;
    const schema = JSON.stringify({
      type: "record",
      name: "LoadWindow",
      namespace: "gatewatch.v1",
      fields: [{ name: "surprise", type: "int" }],
    });
    const answer = await fetch(`${registry?.address}/subjects/${subject}/versions`, {
      method: "POST",
      headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
      body: JSON.stringify({ schema }),
    });
    expect(answer.ok).toBe(true);
    const { code, out } = await gatewatch(["schemas", "check", "moe.load", "--json"], other);
    expect(code).toBe(1);
    expect(rowsOf(out)).toEqual([
      { subject, compatible: false, state: "differs from version 1", conflict: expect.stringMatching(/surprise|windowStart/) },
    ]);
  });

  it("run turns records into windows, alerts and dead letters, and survives the death of a worker", { timeout: 120_000 }, async () => {
    const run = start(["run", "--workers", "2", "--pipelines", "router-windows"]);
    const [, first] = await run.says(/worker \d: (http:\S+)/);
    await run.says(/worker 1: [\s\S]*worker 2: |worker 2: [\s\S]*worker 1: /);
    const count = async (topic: string) => rowsOf((await ask(["tail", topic, "--from", "earliest", "--no-follow"])).out).length;
    await until("windows have come", async () => (await count("gatewatch.window")) > 1_000);
    expect((await fetch(`${first}/healthz`)).status).toBe(200);
    // Below bin.js the supervisor, below that the workers.
    const [worker = 0] = descendants(run.child.pid ?? 0).slice(1);
    process.kill(worker, "SIGKILL");
    await run.says(/worker \d has ended by SIGKILL; it starts again in 1 s/);
    await ask(["produce", "moe.router"], asLines(events(260).slice(3_200)));
    const applied = rowsOf(
      (
        await gatewatch(
          ["apply", "router-windows", "--no-close"],
          {},
          (
            await ask(["tail", "moe.router", "--from", "earliest", "--no-follow", "--raw"])
          ).out,
        )
      ).out,
    );
    const expected = (topic: string) =>
      applied
        .filter((line) => line.topic === topic)
        .map(({ value }) => JSON.stringify(value))
        .sort();
    const got = async (topic: string) =>
      rowsOf((await ask(["tail", topic, "--from", "earliest", "--no-follow"])).out)
        .map((value) => JSON.stringify(value))
        .sort();
    await until("all windows are there", async () => (await count("gatewatch.window")) >= expected("gatewatch.window").length);
    expect(await got("gatewatch.window")).toEqual(expected("gatewatch.window"));
    expect(await got("gatewatch.alert")).toEqual(expected("gatewatch.alert"));
    const below = descendants(run.child.pid ?? 0);
    run.child.kill("SIGTERM");
    expect(await run.ended()).toMatchObject({ code: 0 });
    await until("nothing below is left", () => below.filter(isRunning).length === 0, 5_000);
  });

  it("dead letters are listed, filtered and shown", async () => {
    const run = start(["run", "--pipelines", "router-windows"]);
    await run.says(/worker: http/);
    const { openKafka } = await import("../../infra/kafka/kafkajs/open-kafka.ts");
    const { default: pino } = await import("pino");
    const log = await openKafka({ brokers: [kafka?.address ?? ""], clientId: "test" }, pino({ level: "silent" }));
    const writer = await log.producer();
    await writer.send([{ topic: `${namespace}.moe.router`, partition: 1, key: Buffer.from("k"), value: Buffer.from("poison") }]);
    await log.close();
    await until("it is dead-lettered", async () => (await ask(["dlq", "list", "--json"])).out !== "");
    const [letter] = rowsOf((await ask(["dlq", "list", "--json", "--topic", "moe.router", "--code", "GW_DECODE_FRAMING"])).out);
    expect(letter).toMatchObject({
      code: "GW_DECODE_FRAMING",
      topic: `${namespace}.moe.router`,
      stage: "decode",
      partition: expect.any(Number),
    });
    expect((await ask(["dlq", "list", "--json", "--code", "GW_RECORD_TIME"])).out).toBe("");
    const shown = await ask(["dlq", "show", `${letter?.partition}/${letter?.offset}`]);
    expect(shown.out).toMatch(/^GW_DECODE_FRAMING: [\s\S]*poison/);
    const tailed = rowsOf((await ask(["tail", "gatewatch.dlq", "--from", "earliest", "--no-follow"])).out);
    expect(tailed).toEqual([expect.objectContaining({ code: "GW_DECODE_FRAMING", valueBase64: Buffer.from("poison").toString("base64") })]);
  });

  it.skipIf(clickhouse === undefined)("run with sinks fills ClickHouse, and query asks it", { timeout: 120_000 }, async () => {
    const run = start(["run", "--pipelines", "sinks"]);
    await run.says(/worker: http/);
    const windows = async () => Number(rowsOf((await ask(["query", "SELECT count() AS n FROM window", "--json"])).out)[0]?.n ?? 0);
    const wanted = rowsOf((await ask(["tail", "gatewatch.window", "--from", "earliest", "--no-follow"])).out).length;
    await until("every window has its row", async () => (await windows()) === wanted, 60_000);
    const table = await ask(["query", "alert-counts"]);
    expect(table.out).toMatch(/^kind +severity +alerts/);
    expect(table.out).toMatch(/router\.baseline/);
    const dropped = await ask(["query", "DROP TABLE window"]);
    expect(dropped.code).toBe(1);
    expect(await windows()).toBeGreaterThan(0);
    expect(dropped.errors).toMatch(/^GW_CLICKHOUSE_REFUSED: .*readonly/);
    const refused = await ask(["query", "SELECT nonsense FROM window"]);
    expect(refused.code).toBe(1);
    expect(refused.errors).toMatch(/^GW_CLICKHOUSE_REFUSED: .*nonsense/);
    await clickhouse?.client.command({ query: `DROP DATABASE IF EXISTS ${namespace}_gatewatch` });
  });
});
