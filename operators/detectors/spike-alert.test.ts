import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { Alert, MetricSample } from "../../schemas/types/avro.ts";
import { sampleOf } from "../../test/pipelines/metric-samples.ts";
import type { Ok } from "../stream/outcome.ts";
import type { At } from "../stream/stage.ts";
import type { Judged } from "./residual-spike.ts";
import { spikeAlert } from "./spike-alert.ts";

const at: At = { key: "k", topic: "moe.metric", partition: 2, origin: undefined, watermark: 0 };
const spike = (given: Partial<Judged> = {}, sample: Partial<MetricSample> = {}): Judged => ({
  sample: sampleOf("kv_usage", 7, 0.97, { labels: [{ name: "instance", value: "i-0" }], ...sample }),
  key: "k",
  value: 0.97,
  isRate: false,
  afterGap: false,
  expected: 0.412345,
  deviation: 0.05,
  score: 11,
  isSpike: true,
  learnt: 300,
  ...given,
});
const alertFor = (given?: Partial<Judged>, sample?: Partial<MetricSample>): Alert => {
  const [alert] = (spikeAlert(spike(given, sample), at) as Ok<Alert>).values;
  if (alert === undefined) throw new Error("a spike brought no alert");
  return alert;
};

describe("spike alert", () => {
  it("names the series, what was seen and what was foretold, and claims no probability", () => {
    expect(alertFor()).toMatchObject({
      kind: "metric.spike",
      entity: { type: "series", id: "kv_usage|instance=i-0" },
      deploymentId: "default",
      ts: sampleOf("kv_usage", 7, 0).ts,
      observed: 0.97,
      expected: 0.412345,
      score: 11 / 12,
      probability: null,
      severity: "MEDIUM",
      title: "kv_usage is 0.97, 0.4123 was foretold",
    });
  });

  it("brings nothing of a value that is none", () => expect(spikeAlert(spike({ isSpike: false }), at)).toEqual({ kind: "none" }));

  it.for([
    [5, "LOW"],
    [10, "MEDIUM"],
    [15, "HIGH"],
  ] as const)("is, at a score of %d, %s", ([score, severity]) => expect(alertFor({ score }).severity).toBe(severity));

  it("says that it speaks of a rate where the series is a counter", () => {
    const { title, evidence } = alertFor({ isRate: true, value: 120 }, { name: "served_total", instanceId: "i-1" });
    expect(title).toBe("served_total of i-1 is 120 a second, 0.4123 was foretold");
    expect(evidence.find(({ name }) => name === "metric")?.note).toContain("counter");
  });

  it("has the id of its series and time: the same again, another for another", () => {
    const ids = [alertFor(), alertFor({ key: "other" }), alertFor({}, { ts: 1 }), alertFor({}, { deploymentId: "b" })].map(({ id }) => id);
    expect(alertFor({ score: 99, learnt: 5 }).id).toBe(ids[0]);
    expect(new Set(ids).size).toBe(4);
  });

  it("fits its topic, whatever names a producer thinks of", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("__proto__", "x".repeat(1_000_000)));
    fc.assert(
      fc.property(text, text, text, (name, instanceId, value) => {
        const alert = alertFor({}, { name, instanceId, unit: value, labels: [{ name: value, value: name }] });
        expect(topics.alert.type.isValid(alert)).toBe(true);
        expect(topics.alert.type.toBuffer(alert).length).toBeLessThan(10_000);
      }),
      { numRuns: 40 },
    );
  });
});
