import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newMaximum, passNewMaximum } from "./new-maximum.ts";

const passed = (scores: readonly number[], reach: number) => {
  const state = newMaximum();
  return scores.map((score) => passNewMaximum(state, score, reach));
};

describe("new maximum only", () => {
  it("says an excursion once, and again where it grows", () => expect(passed([1, 5, 3, 5, 7], 3)).toEqual([1, 5, 0, 0, 7]));

  it("speaks again once the larger one lies out of reach", () => expect(passed([5, 1, 1, 1, 2], 3)).toEqual([5, 0, 0, 0, 2]));

  it("is what its definition says, and holds no more than its reach", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 80 }), fc.integer({ min: 1, max: 12 }), (scores, reach) => {
        const defined = scores.map((score, i) => (score > Math.max(0, ...scores.slice(Math.max(0, i - reach), i)) ? score : 0));
        expect(passed(scores, reach)).toEqual(defined);
        const state = newMaximum();
        for (const score of scores) passNewMaximum(state, score, reach);
        expect(state.kept.length).toBeLessThanOrEqual(reach + 1);
      }),
    );
  });
});
