import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "./base64.ts";

describe("base64 in a text", () => {
  const said = "cat /etc/passwd; id";

  it("is read, standard or URL-safe, alone or among other text", () => {
    expect(decodeBase64(Buffer.from(said).toString("base64"))).toEqual([said]);
    expect(decodeBase64(`x=${Buffer.from(said).toString("base64url")}&y`)).toEqual([said]);
  });

  it("is left where it says only letters and digits, or noise: ids do", () => {
    expect(decodeBase64(Buffer.from("justlettersanddigits42").toString("base64"))).toEqual([]);
    expect(decodeBase64("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")).toEqual([]);
  });

  it("gives at most three readings, each of at most 8 KB", () => {
    const one = Buffer.from(said).toString("base64url");
    expect(decodeBase64(Array(10).fill(one).join(" "))).toHaveLength(3);
    expect(decodeBase64(Buffer.from(said.repeat(1_000)).toString("base64"))).toEqual([]);
  });

  it("never throws", () => fc.assert(fc.property(fc.string(), (text) => void decodeBase64(text))));
});
