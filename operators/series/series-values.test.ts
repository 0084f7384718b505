import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MetricSample } from "../../schemas/types/avro.ts";
import { sampleOf } from "../../test/pipelines/metric-samples.ts";
import { conforms } from "../conformance/conforms.ts";
import { drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { isCounter, seriesValues } from "./series-values.ts";

const make = (store: StoreFactory) => seriesValues("values", { maxKeys: 4, store });
const run = (...samples: MetricSample[]) => drive(make, [{ watermark: 0, records: samples }]);
const values = (...samples: MetricSample[]) => run(...samples).out.map(({ value }) => value);
const counter = (...raw: number[]) => raw.map((value, n) => sampleOf("served_total", n, value));

describe("values of a series", () => {
  conforms({
    make,
    records: fc
      .record({
        name: fc.constantFrom("m", "served_total", "__proto__", ""),
        n: fc.nat(50),
        value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(100)),
        instance: fc.constantFrom("", "i-0", "i-1"),
      })
      .map(({ name, n, value, instance }) => sampleOf(name, n, value, { instanceId: instance })),
    time: ({ ts }) => ts,
    drops: ["out-of-order", "too-large"],
    maxKeys: 4,
  });

  it("are those of a gauge as they are", () => expect(values(sampleOf("m", 0, 5), sampleOf("m", 1, -2))).toEqual([5, -2]));

  it("are a counter's increase a second, without its first sample", () => expect(values(...counter(5, 105, 305))).toEqual([10, 20]));

  it("take a counter that has fallen for a restart, not for negative traffic", () => {
    expect(values(...counter(500, 600, 20, 120))).toEqual([10, 10]);
  });

  it.for([
    ["vllm:request_success_total", "", true],
    ["request_seconds_sum", "", true],
    ["requests", "counter", true],
    ["totals", "", false],
    ["vllm:num_requests_running", "", false],
  ] as const)("calls %s (unit %s) a counter: %s", ([name, unit, is]) => {
    expect(isCounter(sampleOf(name, 0, 1, { unit }))).toBe(is);
  });

  it("come in the order of their series, each once", () => {
    const { out, dropped } = run(sampleOf("m", 1, 1), sampleOf("m", 1, 1), sampleOf("m", 0, 9), sampleOf("n", 0, 3));
    expect([out.map(({ value }) => value), dropped.get("out-of-order")]).toEqual([[1, 3], 2]);
  });

  it("know of a gap of more than five usual intervals", () => {
    const { out } = run(...[0, 1, 2, 3, 4, 12, 13].map((n) => sampleOf("m", n, n)));
    expect(out.map(({ afterGap }) => afterGap)).toEqual([false, false, false, false, false, true, false]);
  });

  it("are not those of another deployment or instance", () => {
    const { dropped } = run(
      sampleOf("m", 0, 1, { deploymentId: "a" }),
      sampleOf("m", 0, 1, { deploymentId: "b" }),
      sampleOf("m", 0, 1, { instanceId: "x" }),
    );
    expect(dropped.size).toBe(0);
  });

  it("leave out what could not be squared", () => expect(run(sampleOf("m", 0, 1e200)).dropped.get("too-large")).toBe(1));
});
