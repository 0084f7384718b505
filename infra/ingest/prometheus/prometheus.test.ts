import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { targetOf } from "./engines.ts";
import { parseExposition } from "./exposition.ts";
import { Histograms } from "./histograms.ts";
import { metricValues } from "./samples.ts";

/** As vLLM's exporter writes it, of our own making. */
const vllm = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m/oe"} 3.0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="m/oe"} 0.25
# TYPE vllm:generation_tokens counter
vllm:generation_tokens_total{engine="0",model_name="m/oe"} 1200.0
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_sum{engine="0",model_name="m/oe"} 4.5
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.1",model_name="m/oe"} 5.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.5",model_name="m/oe"} 9.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="m/oe"} 10.0
vllm:time_to_first_token_seconds_count{engine="0",model_name="m/oe"} 10.0
python_gc_objects_collected_total{generation="0"} 5.0
`;
const dcgm = `# TYPE DCGM_FI_DEV_GPU_TEMP gauge
DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-1",Hostname="n1"} 61
# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-1",Hostname="n1"} 123456
`;

const read = (text: string) => parseExposition(text, false);
const whose = (engine: string) => ({
  target: targetOf(`${engine}=http://node:8000/metrics`),
  deploymentId: "chat",
  nowMs: 1_767_225_600_000,
});

describe("the exposition format", () => {
  it("is read with escapes, timestamps, NaN and infinities", () => {
    const { samples, badLines } = read('a{x="q\\"\\\\\\n",y=""} 1.5e3 1767225600000\nb NaN\nc{} +Inf\nd -2\n');
    expect(badLines).toBe(0);
    expect(samples).toEqual([
      {
        name: "a",
        labels: [
          { name: "x", value: 'q"\\\n' },
          { name: "y", value: "" },
        ],
        value: 1500,
        timestampMs: 1_767_225_600_000,
      },
      { name: "b", labels: [], value: Number.NaN, timestampMs: undefined },
      { name: "c", labels: [], value: Infinity, timestampMs: undefined },
      { name: "d", labels: [], value: -2, timestampMs: undefined },
    ]);
  });

  it("is read as OpenMetrics too: seconds, exemplars, the end", () => {
    const { samples, badLines } = parseExposition(
      '# TYPE a counter\na_total{b="c"} 17.0 1767225600.5 # {trace_id="x"} 0.67 1767225600\n# EOF\n',
      true,
    );
    expect([badLines, samples[0]?.value, samples[0]?.timestampMs]).toEqual([0, 17, 1_767_225_600_500]);
  });

  it("counts what cannot be read and reads the rest", () => {
    const { samples, badLines } = read('a 1\n{x="y"} 2\nb{x=y} 3\nc{x="y" 4\nd\ne one\ng constructor\nf 6\n');
    expect([samples.map(({ name }) => name), badLines]).toEqual([["a", "f"], 6]);
  });

  it("never throws and never hangs, whatever an exporter says", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => void read(text)));
    const began = performance.now();
    read(`a{${'x="\\'.repeat(50_000)}`);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("samples of an engine", () => {
  it("have its real names, its model, and where they come from", () => {
    const found = read(vllm);
    const values = metricValues(new Histograms().quantiles(found.samples), found, whose("vllm"));
    expect(values.map(({ name }) => name)).toEqual([
      "vllm:num_requests_running",
      "vllm:kv_cache_usage_perc",
      "vllm:generation_tokens_total",
      "vllm:time_to_first_token_seconds_sum",
      "vllm:time_to_first_token_seconds_count",
    ]);
    expect(values[0]).toEqual({
      ts: 1_767_225_600_000_000,
      name: "vllm:num_requests_running",
      value: 3,
      unit: "",
      deploymentId: "chat",
      instanceId: "node:8000",
      source: "VLLM",
      modelId: "m/oe",
      labels: { instance: "node:8000", engine: "0", model_name: "m/oe" },
    });
  });

  it("say what only grows where its name does not", () => {
    const found = read(dcgm);
    expect(metricValues(found.samples, found, whose("dcgm")).map(({ unit }) => unit)).toEqual(["", "counter"]);
  });

  it("take everything of an exporter that is not known, but what is no number", () => {
    const found = read("a 1\nb NaN\n");
    expect(metricValues(found.samples, found, whose("any"))).toMatchObject([{ name: "a", source: "UNKNOWN" }]);
  });

  it("do not believe a timestamp that is far from the scrape", () => {
    const found = read("a 1 1000\nb 2 1767225599000\n");
    expect(metricValues(found.samples, found, whose("any")).map(({ ts }) => ts)).toEqual([1_767_225_600_000_000, 1_767_225_599_000_000]);
  });
});

describe("histograms", () => {
  const scrape = (...counts: number[]) =>
    read(["0.1", "0.5", "+Inf"].map((le, i) => `h_seconds_bucket{le="${le}"} ${counts[i]}`).join("\n")).samples;

  it("become quantiles of what was counted since the scrape before", () => {
    const histograms = new Histograms();
    expect(histograms.quantiles(scrape(5, 9, 10))).toEqual([]);
    const told = histograms.quantiles(scrape(5, 19, 20));
    expect(told.map(({ name, labels, value }) => [name, labels[0]?.value, value])).toEqual([
      ["h_seconds", "0.5", 0.1 + 0.4 * 0.5],
      ["h_seconds", "0.99", 0.1 + 0.4 * 0.99],
    ]);
  });

  it("say nothing where nothing was counted, and begin again after a restart", () => {
    const histograms = new Histograms();
    histograms.quantiles(scrape(5, 9, 10));
    expect(histograms.quantiles(scrape(5, 9, 10))).toEqual([]);
    expect(histograms.quantiles(scrape(1, 1, 1))).toEqual([]);
    expect(histograms.quantiles(scrape(1, 2, 2))).toHaveLength(2);
  });

  it("lie within their buckets, and at the last bound for what lies beyond it", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }), (grown) => {
        const histograms = new Histograms();
        histograms.quantiles(scrape(0, 0, 0));
        const cumulative = grown.map((_, i) => grown.slice(0, i + 1).reduce((sum, one) => sum + one, 0));
        for (const { value } of histograms.quantiles(scrape(...cumulative))) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(0.5);
        }
      }),
    );
  });
});

describe("a target", () => {
  it.for(["vllm", "vllm=", "nonsense=http://a/metrics", "vllm=ftp://a/metrics"])("is not %s", (text) => {
    expect(() => targetOf(text)).toThrow(expect.objectContaining({ code: "GW_USAGE" }));
  });
});
