import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countedSince, quantileOf } from "./buckets.ts";

describe("what has been counted since", () => {
  const bounds = [1, 5, Infinity];
  it.for([
    ["the difference", { bounds, counts: [3, 6, 9] }, { bounds, counts: [2, 2, 5] }],
    ["not known after a restart", { bounds, counts: [0, 1, 2] }, undefined],
    ["not known with other bounds", { bounds: [1, 6, Infinity], counts: [3, 6, 9] }, undefined],
    ["not known with more bounds", { bounds: [1, 5, 6, Infinity], counts: [3, 6, 9, 9] }, undefined],
    ["nothing", { bounds, counts: [1, 4, 4] }, undefined],
  ] as const)("is %s", ([, now, expected]) => {
    expect(countedSince(now, { bounds, counts: [1, 4, 4] })).toEqual(expected);
  });
});

describe("a quantile of a histogram", () => {
  it.for([
    [0.5, [10, 20, Infinity], [0, 10, 10], 15],
    [0.5, [10, 20, Infinity], [10, 10, 10], 5],
    // Beyond the last bound nothing is known but that bound.
    [0.99, [10, 20, Infinity], [0, 0, 10], 20],
    [0.5, [Infinity], [3], 0],
    // Below a first bound that is not positive there is no lower end.
    [0.5, [-5, Infinity], [4, 4], -5],
  ] as const)("%# is interpolated within its bucket", ([quantile, bounds, counts, expected]) => {
    expect(quantileOf(quantile, { bounds, counts })).toBe(expected);
  });

  it("lies in the bucket of the true one, and rises with the share", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 50 }), (values) => {
        const bounds = [20, 40, 60, 80, 100, Infinity];
        const buckets = { bounds, counts: bounds.map((bound) => values.filter((value) => value <= bound).length) };
        const sorted = values.toSorted((a, b) => a - b);
        const found = [0.1, 0.5, 0.99].map((quantile) => {
          const exact = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0;
          const value = quantileOf(quantile, buckets);
          const upper = bounds.find((bound) => bound >= exact) ?? 0;
          expect(value).toBeGreaterThanOrEqual(upper - 20);
          expect(value).toBeLessThanOrEqual(upper);
          return value;
        });
        expect(found).toEqual(found.toSorted((a, b) => a - b));
      }),
    );
  });
});
