import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seeded } from "../../scripts/simulate/random.ts";
import { sampleOf } from "../../test/pipelines/metric-samples.ts";
import { conforms } from "../conformance/conforms.ts";
import { drive } from "../conformance/drive.ts";
import type { SeriesValue } from "../series/series-values.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { residualSpike } from "./residual-spike.ts";

const make = (store: StoreFactory) => residualSpike("spike", { limit: 5, warmUp: 50, reach: 10, maxKeys: 4, store });
const reading = (n: number, value: number, key = "m"): SeriesValue => ({
  sample: sampleOf(key, n, value),
  key,
  value,
  isRate: false,
  afterGap: false,
});
/** Steps at which a series of these values is said to spike. */
const spikes = (values: readonly number[]) => {
  const { out } = drive(make, [{ watermark: 0, records: values.map((value, n) => reading(n, value)) }]);
  return out.flatMap(({ isSpike }, n) => (isSpike ? [n] : []));
};
const noisy = (length: number, seed = 1, scale = 1) => {
  const random = seeded(seed);
  return Array.from({ length }, () => scale * (100 + random.normal()));
};

describe("residual spike", () => {
  conforms({
    make,
    records: fc
      .record({ n: fc.nat(200), value: fc.double({ min: -1e149, max: 1e149, noNaN: true }), key: fc.constantFrom("a", "b", "c", "d", "e") })
      .map(({ n, value, key }) => reading(n, value, key)),
    time: ({ sample }) => sample.ts,
    drops: [],
    maxKeys: 4,
  });

  it.for([1, 1e-9, 1e12])("finds one wild value, once, in values around %d hundred", (scale) => {
    const values = noisy(600, 1, scale);
    values[500] = 160 * scale;
    values[501] = 158 * scale;
    expect(spikes(values)).toEqual([500]);
  });

  it("says nothing of noise alone, over 200 series of 600 values", () => {
    const said = Array.from({ length: 200 }, (_, seed) => spikes(noisy(600, seed)).length).reduce((sum, count) => sum + count, 0);
    expect(said).toBeLessThanOrEqual(2);
  });

  it("says a new level once, and expects it from then on", () => {
    const values = noisy(1_000).map((value, n) => (n < 500 ? value : value + 60));
    expect(spikes(values)).toEqual([500]);
  });

  it("follows a season of the day", () => {
    const random = seeded(4);
    const day = Array.from({ length: 2_000 }, (_, n) => 100 + 40 * Math.sin((2 * Math.PI * n) / 8_640) + random.normal());
    expect(spikes(day)).toEqual([]);
  });

  it("is not moved by what is small beside the largest error that the series has made", () => {
    const values = noisy(2_000);
    values[1_500] = 112;
    expect(spikes(values)).toEqual([1_500]);
    values[1_000] = 200;
    expect(spikes(values)).toEqual([1_000]);
  });

  it("is not made deaf by one absurd reading", () => {
    const values = noisy(2_000);
    values[1_000] = 2 ** 53;
    values[1_500] = 130;
    expect(spikes(values)).toEqual([1_000, 1_500]);
  });

  it("finds the end of a constant series, and does not judge one of nothing but zeros by its first value", () => {
    const constant = new Array<number>(200).fill(0.41);
    constant[150] = 0.95;
    expect(spikes(constant)).toEqual([150]);
    const zeros = new Array<number>(200).fill(0);
    zeros[150] = 1;
    expect(spikes(zeros)).toEqual([]);
  });

  it("does not know a queue by the hours in which it was empty", () => {
    const random = seeded(6);
    const rarely = (length: number, share: number) => Array.from({ length }, () => (random.next() < share ? random.int(1, 12) : 0));
    expect(spikes(rarely(1_000, 0.01))).toEqual([]);
    const often = [...rarely(3_000, 0.1), 400];
    expect(spikes(often).at(-1)).toBe(3_000);
  });

  it("says nothing before it has seen 80 values", () => {
    const values = noisy(80);
    values[79] = 1e6;
    expect(spikes(values)).toEqual([]);
  });
});
