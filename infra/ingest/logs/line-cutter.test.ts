import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineCutter, longestLineBytes } from "./line-cutter.ts";

const cut = (pieces: readonly Buffer[], offset = 0) => {
  const cutter = new LineCutter(offset);
  const lines = pieces.flatMap((piece) => cutter.push(piece));
  return { lines, rest: cutter.rest(), end: cutter.end };
};
const texts = (pieces: readonly Buffer[]) => cut(pieces).lines.map(({ bytes }) => String(bytes));

describe("cutting lines", () => {
  it("says where each line begins and where the next does", () => {
    const { lines, rest } = cut([Buffer.from("ab\n\r\n\ncde\r\nfg")], 100);
    expect(lines.map(({ offset, bytes, next }) => [offset, String(bytes), next])).toEqual([
      [100, "ab", 103],
      [106, "cde", 111],
    ]);
    expect(rest).toMatchObject({ offset: 111, bytes: Buffer.from("fg"), next: 113 });
  });

  it("cuts the same lines however the bytes come", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-c\r]{0,5}$/)), fc.array(fc.nat(60)), (parts, cuts) => {
        const whole = Buffer.from(parts.join("\n"));
        const places = [0, ...cuts.filter((at) => at < whole.length).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, i) => whole.subarray(places[i], end));
        expect(cut(pieces)).toEqual(cut([whole]));
        expect(cut(pieces).end).toBe(whole.length);
      }),
    );
  });

  it("does not change with a buffer that is used again", () => {
    const cutter = new LineCutter(0);
    const buffer = Buffer.from("abc");
    cutter.push(buffer);
    buffer.fill("x");
    expect(cutter.push(Buffer.from("d\n")).map(({ bytes }) => String(bytes))).toEqual(["abcd"]);
  });

  it("keeps the longest line whole, and the beginning of a longer one with its length", () => {
    expect(texts([Buffer.alloc(longestLineBytes, 97), Buffer.from("\n")])[0]?.length).toBe(longestLineBytes);
    const { lines } = cut([Buffer.alloc(longestLineBytes, 97), Buffer.alloc(longestLineBytes, 98), Buffer.from("c\nd\n")]);
    expect(lines.map(({ bytes, length }) => [bytes.length, length])).toEqual([
      [2_000, 2 * longestLineBytes + 1],
      [1, 1],
    ]);
  });

  it("has nothing left where the bytes end with a line", () => expect(cut([Buffer.from("a\n")]).rest).toBeUndefined());
});
