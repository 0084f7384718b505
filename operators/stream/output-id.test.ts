import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outputId } from "./output-id.ts";

const part = fc.oneof(fc.string(), fc.integer());

describe("an output's id", () => {
  it("is 128 bits as hex, the same for the same cause", () => {
    expect(outputId(["router-windows", 3])).toMatch(/^[0-9a-f]{32}$/);
    expect(outputId(["router-windows", 3])).toBe(outputId(["router-windows", 3]));
  });

  it("tells causes apart, wherever one part ends and the next begins", () => {
    expect(outputId(["a", "bc"])).not.toBe(outputId(["ab", "c"]));
    fc.assert(
      fc.property(fc.array(part), fc.array(part), (one, other) => {
        const same = JSON.stringify(one.map(String)) === JSON.stringify(other.map(String));
        expect(outputId(one) === outputId(other)).toBe(same);
      }),
    );
  });
});
