import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { Counter, Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveSettings } from "../../infra/config/resolve.ts";
import { pipelines } from "../../pipelines/index.ts";
import { Gatewatch, gatewatch } from "../commands/gatewatch.ts";
import { firstBlock, shellBlocks } from "../docs/page-blocks.ts";
import { realKafka } from "../parts/kafka.ts";
import { realRegistry } from "../parts/registry.ts";

const [kafka, registry] = await Promise.all([realKafka(), realRegistry()]);

/** An exporter of a Prometheus client library, on a port of its own. */
async function exporter() {
  const register = new Registry();
  const tokens = new Counter({ name: "vllm:generation_tokens_total", help: "tokens", labelNames: ["model_name"], registers: [register] });
  tokens.inc({ model_name: "m" }, 42);
  const server = createServer((_, response) => {
    void register.metrics().then((text) => response.writeHead(200, { "content-type": register.contentType }).end(text));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/metrics` };
}

describe.skipIf(kafka === undefined || registry === undefined)("the ways in by network, over a real Kafka", () => {
  const environment = {
    KAFKA_BROKERS: kafka?.address,
    SCHEMA_REGISTRY_URL: registry?.address,
    GATEWATCH_NAMESPACE: `n${randomBytes(5).toString("hex")}`,
  };
  let running: Gatewatch;
  let address: string;
  let target: Awaited<ReturnType<typeof exporter>>;

  beforeAll(async () => {
    target = await exporter();
    running = new Gatewatch(["ingest", "--port", "0", "--scrape", `vllm=${target.url}`], environment);
    address = (await running.says(/^ingest: (\S+)$/m))[1] ?? "";
  }, 120_000);
  afterAll(async () => {
    await running.kill();
    target.server.closeAllConnections();
    target.server.close();
  });

  const rows = async (topic: string): Promise<Record<string, unknown>[]> =>
    (await gatewatch(["tail", topic, "--from", "earliest", "--no-follow"], environment)).out
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  const named = async (name: string) => (await rows("moe.metric")).filter((value) => value.name === name);
  const post = (topic: string, body: string, type: string) =>
    fetch(`${address}/api/v1/events/${topic}`, { method: "POST", body, headers: { "content-type": type } });

  it.for(["docs/guide/10-send-events-over-http.md", "docs/guide/12-opentelemetry.md"].flatMap(shellBlocks))(
    "$page:$line is answered as the page shows it",
    { timeout: 60_000 },
    async ({ script, shown = "{}" }) => {
      const curl = script.replaceAll(/^(?:npx|export) .*$/gm, "").replaceAll("http://127.0.0.1:8610", address);
      if (curl.trim() === "") return;
      const { stdout } = await promisify(execFile)("bash", ["-euc", curl]);
      expect(stdout).toBe(shown);
    },
  );

  it("the settings of the page on HTTP need their token", () => {
    const file = join(mkdtempSync(join(tmpdir(), "gatewatch-ingest-")), "gatewatch.yaml");
    writeFileSync(file, firstBlock("docs/guide/10-send-events-over-http.md", "yaml"));
    const settings = (token: string) => resolveSettings({ pipelines, file, environment: { GATEWATCH_TOKEN: token } });
    expect(settings("0123456789abcdef").ingest).toMatchObject({ host: "0.0.0.0", token: "0123456789abcdef" });
    expect(() => settings("short")).toThrow(/ingest\.token/);
    rmSync(dirname(file), { recursive: true });
  });

  it("events are in the topic once they are acknowledged, and requests have lost their secrets", { timeout: 120_000 }, async () => {
    const request = {
      ts: new Date().toISOString(),
      requestId: "r1",
      method: "POST",
      path: "/v1/chat",
      headers: { authorization: "Bearer sesame-open", "x-odd\u0000name": "1" },
      prompt: "write to ann@example.com",
    };
    const answer = await post("moe.request", JSON.stringify([request, { requestId: "no time" }]), "application/json");
    expect([answer.status, await answer.json()]).toMatchObject([422, { accepted: 1, rejected: 1, faults: [{ index: 1 }] }]);
    const [row, ...more] = await rows("moe.request");
    expect(more).toEqual([]);
    expect(row).toMatchObject({ requestId: "r1", headers: { "x-odd\u0000name": "1" } });
    expect(JSON.stringify(row)).not.toMatch(/sesame|ann@/);
  });

  it("fifty thousand lines at once are there, each once, and those of tomorrow are named", { timeout: 120_000 }, async () => {
    const nowMs = Date.now();
    const line = (i: number) => JSON.stringify({ ts: (nowMs - 60_000 + i) * 1_000, name: "flood", value: i, labels: { n: String(i % 7) } });
    const tomorrow = JSON.stringify({ ts: (nowMs + 86_400_000) * 1_000, name: "flood", value: -1 });
    const body = [...Array.from({ length: 50_000 }, (_, i) => line(i)), tomorrow].join("\n");
    const answer = await post("moe.metric", body, "application/x-ndjson");
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { accepted: 50_000, rejected: 1, faults: [{ index: 50_000, code: "GW_RECORD_TIME" }] },
    ]);
    const values = (await named("flood")).map(({ value }) => value as number);
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50_000 }, (_, i) => i));
  });

  it("what the OpenTelemetry SDK exports is in the topic", { timeout: 120_000 }, async () => {
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${address}/v1/metrics` }),
      exportIntervalMillis: 600_000,
    });
    const provider = new MeterProvider({ readers: [reader] });
    provider.getMeter("test").createCounter("gen.tokens").add(7);
    await provider.forceFlush();
    await provider.shutdown();
    expect((await named("gen.tokens"))[0]).toMatchObject({ value: 7, unit: "counter", deploymentId: "default" });
  });

  it("what a Prometheus client library exposes is in the topic, and that its target is up", { timeout: 120_000 }, async () => {
    await expect.poll(() => named("vllm:generation_tokens_total"), { timeout: 60_000, interval: 500 }).not.toEqual([]);
    const host = new URL(target.url).host;
    expect((await named("vllm:generation_tokens_total"))[0]).toMatchObject({
      ...{ value: 42, source: "VLLM", modelId: "m", instanceId: host },
      labels: { instance: host, model_name: "m" },
    });
    expect((await named("up"))[0]).toMatchObject({ value: 1, labels: { engine: "vllm" } });
  });
});
