import { describe, expect, it } from "vitest";
import { withoutSecrets } from "./without-secrets.ts";

describe("a text without secrets", () => {
  it("has no user and no password of any address in it", () => {
    expect(withoutSecrets("http://me:secret@host:1/path")).toBe("http://host:1/path");
    expect(withoutSecrets("cannot ask http://me:se%2Fcret@host/ping, nor https://key@other?x=1")).toBe(
      "cannot ask http://host/ping, nor https://other?x=1",
    );
    // As the URL parser has it: the last @ of the authority ends the password.
    expect(withoutSecrets("http://me:p@ss@host/a@b")).toBe("http://host/a@b");
  });

  it("has all else", () => {
    for (const text of ["", "127.0.0.1:9092,127.0.0.1:9093", "http://host/a@b", "http://host?to=a@b", "a // b @ c", "no answer"])
      expect(withoutSecrets(text)).toBe(text);
  });
});
