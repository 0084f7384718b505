import { describe, expect, it } from "vitest";
import { type MetricSpec, metrics } from "./metrics.ts";

const all = Object.entries<MetricSpec>(metrics);

describe("metric catalogue", () => {
  it.for(all)("%s carries its unit, and says what high means", ([name, { type, help, buckets }]) => {
    expect(name).toMatch(/^gatewatch_[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(buckets !== undefined).toBe(type === "histogram");
    expect(help.split(". ").length).toBeGreaterThan(1);
    if (/time|how old/i.test(help) && type !== "counter" && name !== "gatewatch_worker_ready")
      expect(name).toMatch(/_(seconds|bytes|keys|records)$/);
  });

  it("has no label whose values grow with traffic", () => {
    const labels = new Set(all.flatMap(([, spec]) => spec.labels));
    expect([...labels].sort()).toEqual([
      "code",
      "group",
      "outcome",
      "part",
      "partition",
      "pipeline",
      "reason",
      "stage",
      "status",
      "store",
      "topic",
    ]);
  });
});
