import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePercent, decodePlus } from "./percent.ts";

describe("percent escapes", () => {
  it("are undone as the standard says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(decodePercent(encodeURIComponent(text))).toBe(text);
      }),
    );
  });

  it("stay where they are malformed", () => expect(decodePercent("100% %zz %4 %u12")).toBe("100% %zz %4 %u12"));

  it("become Latin-1 where they are no UTF-8", () => expect(decodePercent("%e9t%e9")).toBe("été"));

  it("of overlong forms become the character that careless servers see", () => {
    expect(decodePercent("%c0%af")).toBe("/");
    expect(decodePercent("%e0%80%af")).toBe("/");
  });

  it("beyond the last code point are taken byte by byte", () => expect(decodePercent("%f7%bf%bf%bf")).toBe("÷¿¿¿"));

  it("are undone once", () => expect(decodePercent("%2541")).toBe("%41"));
});

it("a plus is a space, as often as it stands there", () => expect(decodePlus("a+b+c")).toBe("a b c"));
