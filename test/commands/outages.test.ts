import { afterEach, describe, expect, it } from "vitest";
import { pipelines } from "../../pipelines/index.ts";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { until } from "../lanes/harness.ts";
import { realKafka } from "../parts/kafka.ts";
import { OwnKafka } from "../parts/own-kafka.ts";
import { realRegistry } from "../parts/registry.ts";
import { startMs } from "../pipelines/inputs.ts";
import { Gatewatch, gatewatch } from "./gatewatch.ts";

const [kafka, registry] = await Promise.all([realKafka(), realRegistry()]);
const load = { seed: 5, deploymentId: "d", instances: 8, layers: 4, experts: 16, topK: 2, tokens: 2_000, windowMs: 5_000 };
const windows = (count: number) =>
  [...routerLoad(load, startMs).take(count)].map((events) => events.map((event) => `${JSON.stringify(event)}\n`).join(""));

const running: Gatewatch[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill();
});
const start = (argv: readonly string[], environment: NodeJS.ProcessEnv) => {
  const one = new Gatewatch(argv, environment);
  running.push(one);
  return one;
};

describe("a neighbour that is away", () => {
  it("is waited for by a worker, which says so and is not ready, and ends in order when told", async () => {
    const run = start(["run", "--pipelines", "router-windows"], {
      KAFKA_BROKERS: "127.0.0.1:1",
      SCHEMA_REGISTRY_URL: "http://127.0.0.1:1",
    });
    const [, address] = await run.says(/worker: (http:\S+)/);
    await run.says(/GW_KAFKA_UNREACHABLE/);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    const ready = await fetch(`${address}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { reasons: ["the worker connects to Kafka"] }]);
    run.child.kill("SIGTERM");
    const { code, errors } = await run.ended();
    expect(code).toBe(0);
    expect(
      errors
        .trim()
        .split("\n")
        .filter((line) => line.includes("GW_KAFKA_UNREACHABLE")),
    ).toHaveLength(1);
  });

  it.skipIf(kafka === undefined)("is waited for where it is the registry, too", async () => {
    const environment = { KAFKA_BROKERS: kafka?.address, SCHEMA_REGISTRY_URL: "http://127.0.0.1:1", GATEWATCH_NAMESPACE: "away" };
    const run = start(["run", "--pipelines", "router-windows"], environment);
    const [, address] = await run.says(/worker: (http:\S+)/);
    await run.says(/GW_REGISTRY_UNREACHABLE/);
    const ready = await fetch(`${address}/readyz`);
    expect(await ready.json()).toMatchObject({ reasons: ["the worker registers its schemas"] });
    run.child.kill("SIGTERM");
    expect((await run.ended()).code).toBe(0);
  });

  it.skipIf(kafka === undefined || registry === undefined)("holds up the sinks alone where it is ClickHouse", async () => {
    const environment = {
      KAFKA_BROKERS: kafka?.address,
      SCHEMA_REGISTRY_URL: registry?.address,
      CLICKHOUSE_URL: "http://127.0.0.1:1",
      GATEWATCH_NAMESPACE: "no-clickhouse",
    };
    const run = start(["run"], environment);
    const [, address] = await run.says(/worker: (http:\S+)/);
    await run.says(/GW_CLICKHOUSE_UNREACHABLE/);
    const state = async () =>
      (await (await fetch(`${address}/readyz`)).json()) as { reasons: string[]; parts: { lanes: { status: string }[] }[] };
    await until("nothing but the sinks waits", async () => (await state()).reasons.join() === "the sinks make their tables", 60_000);
    const lanes = (await state()).parts.flatMap((part) => part.lanes);
    expect(new Set(lanes.map(({ status }) => status))).toEqual(new Set(["live"]));
    expect(lanes.length).toBeGreaterThanOrEqual(4 * pipelines.length);
  });
});

describe.skipIf(kafka === undefined || registry === undefined)("produce", () => {
  it("sends each line once over the death and return of its broker", { timeout: 120_000 }, async () => {
    await using own = await OwnKafka.start();
    const environment = { KAFKA_BROKERS: own.address, SCHEMA_REGISTRY_URL: registry?.address };
    const produce = start(["produce", "moe.router"], environment);
    const texts = windows(600);
    const write = (from: number, to: number) => {
      for (const text of texts.slice(from, to)) produce.child.stdin?.write(text);
    };
    const held = async () =>
      (await gatewatch(["tail", "moe.router", "--from", "earliest", "--no-follow"], environment)).out
        .split("\n")
        .filter((line) => line !== "");
    write(0, 200);
    await until("the first have arrived", async () => (await held()).length === 200 * 32);
    write(200, 400);
    await own.kill();
    write(400, 600);
    produce.child.stdin?.end();
    await own.restart();
    const { code, errors } = await produce.ended();
    expect(errors).toMatch(/19200 records sent to moe\.router, 0 bad lines left out/);
    expect(code).toBe(0);
    const ids = (await held()).map((line) => {
      const { windowStart, instanceId, layer } = JSON.parse(line) as { windowStart: number; instanceId: string; layer: number };
      return `${windowStart} ${instanceId} ${layer}`;
    });
    expect(ids).toHaveLength(19_200);
    expect(new Set(ids).size).toBe(19_200);
  });
});
