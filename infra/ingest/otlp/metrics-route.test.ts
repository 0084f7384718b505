import { gzipSync } from "node:zlib";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationTemporality, AggregationType, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { afterEach, describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import { type IngestServer, startIngestServer } from "../http/ingest-server.ts";
import type { Intake } from "../intake.ts";
import { otlpMetricsRoute } from "./metrics-route.ts";

const servers: IngestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

type Value = { name: string; value: number; unit: string; labels: Record<string, string> } & Record<string, unknown>;

async function served({ fault, refuse = "" }: { fault?: Fault; refuse?: string } = {}) {
  const taken: Value[] = [];
  const intake: Intake = {
    async take(_, values) {
      if (fault !== undefined) throw fault;
      const all = values as Value[];
      const faults = all.flatMap(({ name }, index) => (name === refuse ? [{ index, code: "GW_RECORD_TIME", message: "too late" }] : []));
      taken.push(...all.filter(({ name }) => name !== refuse));
      return { accepted: all.length - faults.length, faults };
    },
  };
  const options = { maxBodyBytes: 1_000_000, deploymentId: "usual", now: () => 1_700_000_000_000 };
  const routes = [(one: Parameters<typeof otlpMetricsRoute>[0]) => otlpMetricsRoute(one, intake, options)];
  const server = await startIngestServer({ host: "127.0.0.1", port: 0, token: undefined, routes });
  servers.push(server);
  const url = `${server.address}/v1/metrics`;
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = { "content-type": "application/json" }) =>
    fetch(url, { method: "POST", body, headers });
  return { taken, url, post };
}

const named = (values: readonly Value[], name: string): Value[] => values.filter((value) => value.name === name);

function sdk(url: string, temporalityPreference: AggregationTemporality, type = AggregationType.EXPLICIT_BUCKET_HISTOGRAM) {
  const exporter = new OTLPMetricExporter({
    ...{ url, temporalityPreference },
    headers: {},
    aggregationPreference: (instrument) => (instrument === "HISTOGRAM" ? { type } : { type: AggregationType.DEFAULT }),
  } as ConstructorParameters<typeof OTLPMetricExporter>[0]);
  const resource = resourceFromAttributes({
    ...{ "service.name": "chat", "service.instance.id": "i-1", "deployment.environment.name": "test" },
    ...{ "process.pid": 7, "k8s.cluster.name": "west" },
  });
  const provider = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 })],
  });
  return { provider, meter: provider.getMeter("test") };
}

describe("OTLP metrics of the OpenTelemetry SDK", () => {
  it("are taken with their resource as labels, cumulative counters as counters", async () => {
    const { taken, url } = await served();
    const { provider, meter } = sdk(url, AggregationTemporality.CUMULATIVE);
    meter.createGauge("kv.usage", { unit: "1" }).record(0.41, { layer: 3, hot: true });
    meter.createCounter("requests").add(5, { route: "/v1/chat" });
    meter.createUpDownCounter("in_flight").add(-2);
    meter.createGauge("idle").record(0, { warm: false });
    const latency = meter.createHistogram("latency", { unit: "ms" });
    latency.record(7);
    await provider.forceFlush();
    for (let i = 0; i < 100; i += 1) latency.record(i < 90 ? 30 : 700);
    await provider.forceFlush();
    await provider.shutdown();
    const [gauge] = named(taken, "kv.usage");
    expect(gauge).toMatchObject({ value: 0.41, unit: "1", deploymentId: "chat", instanceId: "i-1", clusterId: "west", source: "UNKNOWN" });
    expect(gauge?.labels).toMatchObject({ instance: "i-1", layer: "3", hot: "true", "deployment.environment.name": "test" });
    expect(Object.keys(gauge?.labels ?? {}).filter((name) => /^(?:process|telemetry)/.test(name))).toEqual([]);
    expect(Math.abs((gauge?.ts as number) / 1_000 - Date.now())).toBeLessThan(60_000);
    expect(named(taken, "requests")[0]).toMatchObject({ value: 5, unit: "counter", labels: { route: "/v1/chat" } });
    expect(named(taken, "in_flight")[0]).toMatchObject({ value: -2, unit: "" });
    expect(named(taken, "idle")[0]).toMatchObject({ value: 0, labels: { warm: "false" } });
    expect(named(taken, "latency_count").map(({ value }) => value)).toEqual([1, 101, 101]);
    expect(named(taken, "latency_sum")[1]?.value).toBe(7 + 90 * 30 + 10 * 700);
    // Of the second flush alone: the first has nothing before it, and in the third nothing has been counted since.
    const quantiles = named(taken, "latency").map(({ value, labels }) => [labels.quantile, value] as const);
    expect(quantiles.map(([quantile]) => quantile)).toEqual(["0.5", "0.99"]);
    expect(quantiles[0]?.[1]).toBeGreaterThan(25);
    expect(quantiles[0]?.[1]).toBeLessThanOrEqual(50);
    expect(quantiles[1]?.[1]).toBeGreaterThan(500);
    expect(quantiles[1]?.[1]).toBeLessThanOrEqual(750);
  });

  it("are taken as differences a second where the SDK tells differences", async () => {
    const { taken, url } = await served();
    const { provider, meter } = sdk(url, AggregationTemporality.DELTA, AggregationType.EXPONENTIAL_HISTOGRAM);
    meter.createCounter("requests_total").add(1_000);
    const latency = meter.createHistogram("latency");
    for (let i = 1; i <= 1_000; i += 1) latency.record(i);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await provider.forceFlush();
    await provider.shutdown();
    const [rate] = named(taken, "requests_total_per_second");
    // A thousand within 50 ms and no more than a few seconds.
    expect(rate?.value).toBeGreaterThan(100);
    expect(rate?.value).toBeLessThan(20_001);
    expect(named(taken, "requests_total")).toEqual([]);
    const [median, high] = named(taken, "latency").map(({ value }) => value);
    expect(median).toBeGreaterThan(490);
    expect(median).toBeLessThan(515);
    expect(high).toBeGreaterThan(970);
    expect(high).toBeLessThan(1_025);
  });
});

const gauge = (name: string, ...dataPoints: object[]) => ({ name, gauge: { dataPoints } });
const ofMetrics = (...metrics: object[]) => JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });

describe("OTLP in JSON", () => {
  it("is taken plain and packed, times as text or left out", async () => {
    const { taken, post } = await served();
    const body = ofMetrics(gauge("a", { asInt: "12", timeUnixNano: "1700000001000000000" }), gauge("b", { asDouble: 1.5 }));
    const answer = await post(new Uint8Array(gzipSync(body)), { "content-type": "application/json", "content-encoding": "gzip" });
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    expect(taken.map(({ ts, name, value, deploymentId }) => [ts, name, value, deploymentId])).toEqual([
      [1_700_000_001_000_000, "a", 12, "usual"],
      [1_700_000_000_000_000, "b", 1.5, "usual"],
    ]);
  });

  it("counts points that cannot be used and takes the others", async () => {
    const { taken, post } = await served({ refuse: "late" });
    const sum = (aggregationTemporality: number, point: object) => ({ name: "s", sum: { aggregationTemporality, dataPoints: [point] } });
    const answer = await post(
      ofMetrics(
        gauge("a", { asDouble: "NaN" }, { asDouble: 1 }, {}, { flags: 1 }),
        gauge("late", { asDouble: 2 }),
        sum(0, { asDouble: 1 }),
        sum(1, { asDouble: 1, timeUnixNano: "5", startTimeUnixNano: "5" }),
        gauge("", { asDouble: 1 }),
      ),
    );
    const { partialSuccess } = (await answer.json()) as { partialSuccess: { rejectedDataPoints: string; errorMessage: string } };
    expect(answer.status).toBe(200);
    expect(partialSuccess.rejectedDataPoints).toBe("6");
    expect(partialSuccess.errorMessage).toContain("first of 6: a: a value is missing");
    expect(taken.map(({ name, value }) => [name, value])).toEqual([["a", 1]]);
  });

  it("takes hostile names as names, and of labels of one name the point's", async () => {
    const { taken, post } = await served();
    const attributes = [
      { key: "__proto__", value: { stringValue: "x" } },
      { key: "constructor", value: { intValue: "1" } },
      { key: "list", value: { arrayValue: { values: [] } } },
      { key: "host.name", value: { stringValue: "point" } },
    ];
    const resource = { attributes: [{ key: "host.name", value: { stringValue: "resource" } }] };
    const metrics = [gauge("__proto__", { asDouble: 1, attributes })];
    await post(JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }));
    expect(taken[0]?.name).toBe("__proto__");
    expect(Object.entries(taken[0]?.labels ?? {}).toSorted()).toEqual([
      ["__proto__", "x"],
      ["constructor", "1"],
      ["host.name", "point"],
      ["instance", "resource"],
    ]);
  });

  it("knows an engine by the names of its metrics, passed on by a collector", async () => {
    const { taken, post } = await served();
    await post(ofMetrics(gauge("vllm:num_requests_running", { asInt: "2" }), gauge("sglang_num_running_reqs", { asInt: "0" })));
    expect(taken.map(({ source, value }) => [source, value])).toEqual([
      ["VLLM", 2],
      ["SGLANG", 0],
    ]);
  });

  it("marks a gauge that is named like a counter, and takes a summary's quantiles", async () => {
    const { taken, post } = await served();
    const dataPoints = [{ count: "4", sum: 8, quantileValues: [{ quantile: 0.5, value: 2 }] }];
    await post(ofMetrics(gauge("queue_count", { asDouble: 1 }), { name: "t", summary: { dataPoints } }));
    expect(taken.map(({ name, value, unit, labels }) => [name, value, unit, labels.quantile])).toEqual([
      ["queue_count", 1, "gauge", undefined],
      ["t_count", 4, "counter", undefined],
      ["t_sum", 8, "", undefined],
      ["t", 2, "", "0.5"],
    ]);
  });

  it.for([
    ["no json", "application/json", 400],
    ['{"resourceMetrics":[{"scopeMetrics":"x"}]}', "application/json", 400],
    ["\u0001\u0002\u0003", "application/x-protobuf", 400],
    ["{}", "text/plain", 415],
    [`{"a":"${"a".repeat(1_000_000)}"}`, "application/json", 413],
    [",".repeat(1_000_000), "application/json", 400],
  ] as const)("%# is refused", async ([body, type, status]) => {
    const { post } = await served();
    expect((await post(body, { "content-type": type })).status).toBe(status);
  });

  it.for([
    ["GW_INTAKE_FULL", 429],
    ["GW_INTAKE_UNAVAILABLE", 503],
  ] as const)("asks to send again on %s", async ([code, status]) => {
    const { post } = await served({ fault: new Fault(code, "not now") });
    const body = ofMetrics(gauge("a", { asDouble: 1 }));
    const answer = await post(body);
    expect([answer.status, Number(answer.headers.get("retry-after")) > 0, await answer.json()]).toEqual([
      status,
      true,
      { code: 14, message: "not now" },
    ]);
  });
});
