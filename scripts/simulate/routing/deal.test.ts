import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamOf } from "../draws.ts";
import { clustered, deal } from "./deal.ts";
import { normalised } from "./popularity.ts";

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe("dealing out assignments", () => {
  it("gives whole numbers that add up, none above the tokens, none to those without a share", () => {
    const cases = fc.record({
      shares: fc.array(fc.nat(1_000), { minLength: 2, maxLength: 40 }).filter((shares) => shares.filter((one) => one > 0).length >= 2),
      tokens: fc.integer({ min: 0, max: 5_000 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(cases, ({ shares, tokens, seed }) => {
        const counts = deal(tokens * 2, normalised(shares), tokens, streamOf(seed, "deal"));
        expect(sum(counts)).toBe(tokens * 2);
        for (const [expert, count] of counts.entries()) {
          expect(Number.isInteger(count) && count >= 0 && count <= tokens).toBe(true);
          if (shares[expert] === 0) expect(count).toBe(0);
        }
      }),
    );
  });

  it("deals what there is room for, where a few may not take all", () => {
    expect(sum(deal(30, [1, 0, 0], 10, streamOf(1, "room")))).toBe(10);
  });
});

describe("clustering", () => {
  it("spreads a window's shares about the expected ones, wider the fewer requests there are", () => {
    const expected = normalised([5, 3, 1, 1]);
    const spread = (requests: number) => {
      const random = streamOf(requests, "clustering");
      const drawn = Array.from({ length: 4_000 }, () => clustered(expected, 1 / requests, random)[0] ?? 0);
      const mean = sum(drawn) / drawn.length;
      expect(mean).toBeCloseTo(0.5, 1);
      return sum(drawn.map((one) => (one - mean) ** 2)) / drawn.length;
    };
    // p (1 - p) x 0.15 / requests: the intraclass correlation of the model.
    for (const requests of [4, 30]) expect(Math.abs(spread(requests) / ((0.25 * 0.15) / requests) - 1)).toBeLessThan(0.15);
  });

  it("leaves nobody alive without a share, and the dead without any", () => {
    const shares = clustered(normalised([1e-6, 1, 0, 1e-6]), 1, streamOf(3, "alive"));
    expect(shares.map((share) => share > 0)).toEqual([true, true, false, true]);
    expect(sum(deal(30, shares, 10, streamOf(3, "deal")))).toBe(30);
  });

  it("is a share of one where there is but one request", () => {
    expect(sum(clustered([0.5, 0.5], 1, streamOf(2, "one")))).toBeCloseTo(1, 9);
  });
});
