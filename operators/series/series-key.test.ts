import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { MetricSample } from "../../schemas/types/avro.ts";
import { sampleOf } from "../../test/pipelines/metric-samples.ts";
import { bounded, labelsOf, seriesId, seriesKey } from "./series-key.ts";

const megabyte = "x".repeat(1_000_000);
const label = (name: string, value: string) => ({ name, value });

describe("key of a series", () => {
  it("is that of its name and labels, in whatever order they were given", () => {
    const [a, b] = [label("a", "1"), label("b", "2")];
    const keys = [[a, b] as const, [b, a] as const].map((labels) => seriesKey(sampleOf("m", 0, 1, { labels })));
    expect(new Set(keys).size).toBe(1);
    expect(seriesId(sampleOf("m", 0, 1, { labels: [b, a] }))).toBe("m|a=1|b=2");
  });

  it("tells apart whatever differs in name, labels, instance, deployment or cluster", () => {
    const text = fc.constantFrom("", "|", "1", "1|i", "i|1|", "__proto__");
    const fields = fc.record({ name: text, of: text, instanceId: text, deploymentId: text, clusterId: text });
    const sample = ({ name, of, ...rest }: { name: string; of: string } & Partial<MetricSample>) =>
      sampleOf(name, 0, 1, { labels: [label("l", of)], ...rest });
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(seriesKey(sample(one)) === seriesKey(sample(other))).toBe(same);
      }),
    );
  });

  it("is short where names are a megabyte, and still another for another", () => {
    const keys = ["y", "z"].map((end) => seriesKey(sampleOf("m", 0, 1, { labels: [label("l", megabyte + end)] })));
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key.length).toBeLessThan(600);
  });
});

describe("what is told of long names", () => {
  it("is all of a short one, and beginning and digest of a long one", () => {
    expect(bounded("x".repeat(512))).toBe("x".repeat(512));
    expect(bounded(megabyte)).toMatch(/^x{200}~[0-9a-f]{32}$/);
  });

  it("is at most 64 labels of bounded length, which fit into any output", () => {
    const labels = Array.from({ length: 1_000 }, (_, i) => label(`l${i}`, "v".repeat(900)));
    const told = labelsOf(sampleOf("m", 0, 1, { labels }));
    expect(told).toHaveLength(64);
    expect(JSON.stringify(told).length).toBeLessThan(64 * 300);
    expect(topics.metric.type.isValid(sampleOf("m", 0, 1, { labels: told }))).toBe(true);
  });
});
