import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineCutter, lines } from "./lines.ts";

async function* chunked(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size: number, longest?: number) {
  const found = [];
  for await (const some of lines(chunked(bytes, size), longest)) found.push(...some);
  return found;
}

describe("lines", () => {
  it("finds the same lines however the stream is cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[a-zü{}"]*$/)), fc.integer({ min: 1, max: 9 }), async (texts, size) => {
        const found = await read(Buffer.from(texts.join("\n")), size);
        const expected = texts.map((text, i) => ({ number: i + 1, text })).filter(({ text }) => text !== "");
        expect(found.map(({ number, bytes }) => ({ number, text: bytes.toString() }))).toEqual(expected);
      }),
    );
  });

  it("keeps an excerpt and the length of an over-long line, and goes on", async () => {
    const found = await read(Buffer.from(`${"x".repeat(5_000)}\nshort\n`), 64, 3_000);
    expect(found.map(({ number, bytes, length }) => [number, bytes.length, length])).toEqual([
      [1, 2_000, 5_000],
      [2, 5, 5],
    ]);
  });

  it("takes a carriage return before the line feed away", async () => {
    expect((await read(Buffer.from("a\r\nb"), 2)).map(({ bytes }) => bytes.toString())).toEqual(["a", "b"]);
  });
});

const longest = 10_000;
const cut = (pieces: readonly Buffer[], offset = 0) => {
  const cutter = new LineCutter(offset, longest);
  return { lines: pieces.flatMap((piece) => cutter.push(piece)), rest: cutter.rest(), end: cutter.end };
};
const texts = (pieces: readonly Buffer[]) => cut(pieces).lines.map(({ bytes }) => String(bytes));

describe("cutting lines", () => {
  it("says where each line begins and where the next does", () => {
    const { lines: found, rest } = cut([Buffer.from("ab\n\r\n\ncde\r\nfg")], 100);
    expect(found.map(({ offset, bytes, next }) => [offset, String(bytes), next])).toEqual([
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
    const cutter = new LineCutter(0, longest);
    const buffer = Buffer.from("abc");
    cutter.push(buffer);
    buffer.fill("x");
    expect(cutter.push(Buffer.from("d\n")).map(({ bytes }) => String(bytes))).toEqual(["abcd"]);
  });

  it("keeps the longest line whole, and the beginning of a longer one with its length", () => {
    expect(texts([Buffer.alloc(longest, 97), Buffer.from("\n")])[0]?.length).toBe(longest);
    const { lines: found } = cut([Buffer.alloc(longest, 97), Buffer.alloc(longest, 98), Buffer.from("c\nd\n")]);
    expect(found.map(({ bytes, length }) => [bytes.length, length])).toEqual([
      [2_000, 2 * longest + 1],
      [1, 1],
    ]);
  });

  it("has nothing left where the bytes end with a line", () => expect(cut([Buffer.from("a\n")]).rest).toBeUndefined());
});
