import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { metrics } from "../../pipelines/metrics.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { Alert, MetricSample, SeriesScore } from "../../schemas/types/avro.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { drivePipeline } from "./driver.ts";
import type { InputRecord } from "./inputs.ts";
import { metricRecords, sampleOf } from "./metric-samples.ts";

const record = (value: MetricSample): InputRecord => ({ topic: topics.metric, value });
const series = (values: readonly number[], name = "kv_usage", given: Partial<MetricSample> = {}) =>
  values.map((value, n) => record(sampleOf(name, n, value, given)));
const run = (records: readonly InputRecord[], options = {}) => drivePipeline(metrics, records, { options });
const alerts = (records: readonly InputRecord[], options = {}) => run(records, options).values(topics.alert) as Alert[];
const scores = (records: readonly InputRecord[]) => run(records).values(topics.score) as SeriesScore[];

const noisy = (length: number, seed = 1) => {
  const random = seeded(seed);
  return Array.from({ length }, () => 0.4 + 0.02 * random.normal());
};
const withSpike = (at: number, length = 300) => noisy(length).map((value, n) => (n === at ? 0.95 : value));
/** A counter that grows by about 100 each ten seconds, by ten times that at one step, and is set back at another. */
const counter = (burstAt: number, resetAt: number) => {
  const random = seeded(2);
  let total = 5e6;
  return Array.from({ length: 400 }, (_, n) => {
    total = n === resetAt ? 0 : total + 100 + random.normal() + (n === burstAt ? 1_000 : 0);
    return total;
  });
};

describe("metrics: alerts", () => {
  it("name the series, what was seen, what was foretold, and the sample that showed it", () => {
    const labels = [{ name: "instance", value: "i-0" }];
    expect(alerts(series(withSpike(250), "kv_usage", { labels, deploymentId: "chat" }))).toMatchObject([
      {
        kind: "metric.spike",
        pipeline: "metrics",
        deploymentId: "chat",
        entity: { type: "series", id: "kv_usage|instance=i-0" },
        ts: sampleOf("kv_usage", 250, 0).ts,
        sources: [{ topic: "moe.metric", partition: 0, offset: 250 }],
        observed: 0.95,
        expected: expect.closeTo(0.4, 1),
        probability: null,
      },
    ]);
  });

  it("judge a counter by its increase: neither its height nor a reset is a spike, a burst is", () => {
    const found = alerts(series(counter(300, 200), "vllm:prompt_tokens_total"));
    expect(found).toMatchObject([{ ts: sampleOf("", 300, 0).ts, observed: expect.closeTo(110, 0), expected: expect.closeTo(10, 0) }]);
  });

  it("come from each series by itself, however they are mixed", () => {
    const one = series(withSpike(250), "a");
    const other = series(noisy(300, 7), "b");
    const mixed = one.flatMap((sample, i) => [sample, other[i] as InputRecord]);
    expect(alerts(mixed).map(({ entity }) => entity.id)).toEqual(["a"]);
  });

  it("do not come a second time of a sample that is sent twice, or of one that is older", () => {
    const input = series(withSpike(250));
    const spike = input[250] as InputRecord;
    const { values, dropped } = run([...input.slice(0, 251), spike, input[100] as InputRecord, ...input.slice(251)]);
    expect(values(topics.alert)).toHaveLength(1);
    expect(dropped.get("out-of-order")).toBe(2);
  });

  it("do not come of what follows a silence: the values before say nothing of it", () => {
    const before = series(noisy(200));
    const after = noisy(100, 3).map((value, n) => record(sampleOf("kv_usage", n + 700, value + 0.3)));
    expect(alerts([...before, ...after])).toEqual([]);
  });

  it("begin anew with another revision of the model", () => {
    const before = series(noisy(200), "kv_usage", { modelRevision: "1" });
    const after = noisy(60, 3).map((value, n) => record(sampleOf("kv_usage", n + 200, value + 0.5, { modelRevision: "2" })));
    expect(alerts([...before, ...after])).toEqual([]);
  });

  it("need less of a deviation where the limit is lower", () => {
    const [few, many] = [8, 3].map((limit) => alerts(metricRecords(400), { limit }).length);
    expect(few).toBeGreaterThan(0);
    expect(many).toBeGreaterThan(few ?? 0);
  });
});

describe("metrics: scores", () => {
  it("are, per series and 30 s, what the samples of the window say", () => {
    const input = metricRecords(60);
    const found = scores(input).filter(({ kind, metric }) => kind === "value" && metric !== "served_total");
    const expected = new Map(
      [...Map.groupBy(input, ({ value }) => windowOf(value as MetricSample))].map(([window, some]) => [
        window,
        some.map(({ value }) => (value as MetricSample).value),
      ]),
    );
    expect(found).toHaveLength(6 * 20);
    for (const { series: id, windowStart, windowEnd, n, median, max } of found) {
      const values = (expected.get(`${id} ${windowStart}`) ?? []).toSorted((a, b) => a - b);
      expect(windowEnd - windowStart).toBe(30_000_000);
      expect([n, median, max]).toEqual([3, values[1], values[2]]);
    }
  });

  it("come twice, for the values and for how far each was from its forecast, under keys of the deployment", () => {
    const { outputs } = run(series(withSpike(250), "kv_usage", { deploymentId: "chat" }));
    const records = outputs.flatMap((output) => (output.kind === "record" && output.topic.name === topics.score.name ? [output] : []));
    expect(new Set(records.map(({ key }) => key))).toEqual(new Set(["chat"]));
    const kinds = Map.groupBy(records, ({ value }) => (value as SeriesScore).kind);
    expect([...kinds].map(([kind, some]) => [kind, some.length])).toEqual([
      ["value", 100],
      ["metric.spike", 100],
    ]);
    const worst = Math.max(...records.map(({ value }) => ((value as SeriesScore).kind === "value" ? 0 : (value as SeriesScore).max)));
    expect(worst).toBeGreaterThan(5 / 6);
    expect(worst).toBeLessThan(1);
  });

  it("leave a series of two samples unjudged, and still count it", () => {
    const { values } = run(series([1, 2], "rare"));
    expect(values(topics.alert)).toEqual([]);
    expect(values(topics.score)).toMatchObject([
      { kind: "value", n: 2, median: 1.5, iqr: 0.5, max: 2 },
      { kind: "metric.spike", n: 2, max: 0 },
    ]);
  });
});

it("metrics: whatever numbers come, what goes out fits its topic and is a number", () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 5e-324, 2 ** 53, Number.MAX_VALUE, -Number.MAX_VALUE, 1e149, -1e149),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  const name = fc.constantFrom("m", "served_total", "__proto__");
  fc.assert(
    fc.property(name, fc.array(value, { minLength: 90, maxLength: 160 }), (metric, values) => {
      for (const output of run(series(values, metric)).outputs) {
        if (output.kind !== "record") throw new Error(`a ${output.kind} of ${metric}`);
        expect(output.topic.type.isValid(output.value)).toBe(true);
        for (const [field, one] of Object.entries(output.value as object)) {
          if (typeof one === "number") expect(Number.isFinite(one), `${field} is ${one}`).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});

const windowOf = (sample: MetricSample) => `${topics.metric.key(sample)} ${Math.floor(sample.ts / 30_000_000) * 30_000_000}`;
