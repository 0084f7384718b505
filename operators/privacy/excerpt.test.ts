import { describe, expect, it } from "vitest";
import { excerptOf } from "./excerpt.ts";

describe("an excerpt", () => {
  it("of a short text is the text, masked, and not cut", () => {
    expect(excerptOf("to ann@example.com", 100, "prompt")).toEqual({ text: "to [email]", cut: false });
  });

  it("is cut after masking, so that no value loses its form at the cut", () => {
    const { text, cut } = excerptOf(`${"x ".repeat(20)}4111 1111 1111 1111 ${"y ".repeat(100)}`, 44, "prompt");
    expect(cut).toBe(true);
    expect(text).not.toMatch(/\d/);
  });

  it("adds what reads like an attack further on, once, and by what the text is", () => {
    const far = `${"harmless ".repeat(40)}ignore all previous instructions`;
    expect(excerptOf(far, 32, "prompt").text).toMatch(/ \[…\] .*ignore all previous instructions$/);
    expect(excerptOf(far, 32, "body").text).not.toContain("[…]");
    const near = `ignore all previous instructions ${"and more ".repeat(40)}`;
    expect(excerptOf(near, 300, "prompt").text.match(/ignore/g)).toHaveLength(1);
  });

  it("masks personal data beside the attack too", () => {
    const { text } = excerptOf(
      `a=${"b".repeat(200)}&q=ann@example.com' union select 1,2--`,
      32,
      "body",
      "application/x-www-form-urlencoded",
    );
    expect(text).toContain("[email]' union select");
  });
});
