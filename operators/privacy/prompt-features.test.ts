import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { promptFeatures } from "./prompt-features.ts";

describe("features of a prompt", () => {
  it("are length, entropy and the longest run of a word", () => {
    expect(promptFeatures("a b c d e f g h")).toEqual({ chars: 15, entropyBits: 3, longestRunShare: 1 / 8 });
    expect(promptFeatures("a a a a b b c d")).toMatchObject({ entropyBits: 1.75, longestRunShare: 0.5 });
  });

  it("of a repeated word say so", () =>
    expect(promptFeatures("poem ".repeat(50))).toEqual({ chars: 250, entropyBits: 0, longestRunShare: 1 }));

  it("of few words are those of the characters", () => {
    expect(promptFeatures("AAAAAAAA")).toEqual({ chars: 8, entropyBits: 0, longestRunShare: 1 });
    expect(promptFeatures("abcd")).toEqual({ chars: 4, entropyBits: 2, longestRunShare: 0.25 });
  });

  it("of nothing are none", () => expect(promptFeatures(" \n ")).toBeUndefined());

  it("are within their bounds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        const features = promptFeatures(text);
        if (features === undefined) return;
        expect(features.entropyBits).toBeGreaterThanOrEqual(0);
        expect(features.entropyBits).toBeLessThanOrEqual(Math.log2(text.length) + 1e-9);
        expect(features.longestRunShare).toBeGreaterThan(0);
        expect(features.longestRunShare).toBeLessThanOrEqual(1);
      }),
    );
  });
});
