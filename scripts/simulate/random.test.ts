import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seeded } from "./random.ts";

const draws = (seed: number, count: number) => {
  const random = seeded(seed);
  return Array.from({ length: count }, () => random.next());
};
const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

describe("seeded chance", () => {
  it("gives the same for a seed on every machine, now and later", () => {
    expect(draws(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
    expect(draws(1, 100)).toEqual(draws(1, 100));
  });

  it("gives something else for another seed", () => {
    expect(new Set([0, 1, 2, 3, -1].map((seed) => draws(seed, 1)[0])).size).toBe(5);
  });

  it("stays in [0, 1), and is spread evenly there", () => {
    const values = draws(7, 20_000);
    expect(values.every((one) => one >= 0 && one < 1)).toBe(true);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    const tenths = Array.from({ length: 10 }, (_, i) => values.filter((one) => Math.floor(one * 10) === i).length);
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it("draws whole numbers from both ends of a span, and none outside it", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -50, max: 50 }), fc.nat(5), (seed, low, width) => {
        const random = seeded(seed);
        const drawn = new Set(Array.from({ length: 300 }, () => random.int(low, low + width)));
        expect([...drawn].sort((a, b) => a - b)).toEqual(Array.from({ length: width + 1 }, (_, i) => low + i));
      }),
    );
  });

  it("draws normal values: mean 0, variance 1, two thirds within one deviation", () => {
    const random = seeded(11);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((one) => one * one))).toBeCloseTo(1, 1);
    expect(values.filter((one) => Math.abs(one) < 1).length / values.length).toBeCloseTo(0.683, 1);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});
