import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lines } from "./lines.ts";

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
