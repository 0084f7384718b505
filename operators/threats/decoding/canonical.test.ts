import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalForms } from "./canonical.ts";

const script = "<script>";
const readings = (raw: string, urlEncoded = true) => canonicalForms(raw, urlEncoded).map(({ text }) => text);
const passesOf = (raw: string, urlEncoded = true) => canonicalForms(raw, urlEncoded).flatMap(({ passes }) => passes);

/** The same word in every disguise that is undone. */
const disguises: readonly (readonly [how: string, text: string])[] = [
  ["upper case", "<SCRIPT>"],
  ["percent", "%3Cscript%3E"],
  ["percent twice", "%253Cscript%253E"],
  ["percent three times", "%25253Cscript%25253E"],
  ["percent with u", "%u003cscript%u003e"],
  ["named entities", "&lt;script&gt;"],
  ["entities without semicolon", "&#60script&#62;"],
  ["hexadecimal entities", "&#x3c;&#x73;cript&#x3E;"],
  ["escapes of JavaScript", "\\u003cscript\\x3e"],
  ["braced escapes", "\\u{3c}script\\u{3e}"],
  ["entities inside percent", "%26lt%3Bscript%26gt%3B"],
  ["full-width letters", "＜ｓｃｒｉｐｔ＞"],
  ["full-width as percent with u", "%uff1cscript%uff1e"],
  ["zero-width characters", "<scr\u200bip\u00adt>"],
  ["null bytes", "<scr%00ipt>"],
  ["overlong UTF-8", "%c0%bcscript%c0%be"],
  ["base64", Buffer.from("say <script> now").toString("base64")],
];

describe("canonical forms", () => {
  it.for(disguises)("undo %s", ([, text]) => expect(readings(text).some((reading) => reading.includes(script))).toBe(true));

  it("make the plus of a query a space, and leave it elsewhere", () => {
    expect(readings("a+b")).toEqual(["a b"]);
    expect(readings("a+b", false)).toEqual(["a+b"]);
  });

  it("keep a line break among white space, and only that", () => {
    expect(readings("a \t\r\n b  c", false)).toEqual(["a\nb c"]);
  });

  it("split what SQL comments split, and run what they run", () => {
    expect(readings("UNION/**/SELECT", false)).toEqual(["union select"]);
    expect(readings("/*!50000UNION*/ SELECT 1", false)[0]).toMatch(/^ ?union +select 1$/);
  });

  it("write hexadecimal dots and slashes out", () => expect(readings("0x2e0x2e0x2fetc", false)).toEqual(["../etc"]));

  it("name the passes that had an effect, but not the transport's own", () => {
    expect(passesOf("%3Ca%3E")).toEqual([]);
    expect(passesOf("%253Ca%253E")).toEqual(["percent"]);
    expect(passesOf("%3Ca%3E", false)).toEqual(["percent"]);
    expect(passesOf("un/**/ion%00")).toEqual(["null bytes", "sql comments"]);
  });

  it("come back as they are where nothing is hidden", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9 ,.]{0,60}$/), (text) => {
        const [form] = canonicalForms(text, false);
        expect(form).toEqual({ text: text.replace(/ +/g, " "), passes: [] });
      }),
    );
  });

  it("of any text are bounded, and never throw", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.boolean(), (text, urlEncoded) => {
        for (const { text: reading } of canonicalForms(text, urlEncoded)) expect(reading.length).toBeLessThanOrEqual(65_536);
      }),
    );
    expect(readings("\ufdfa".repeat(16_000), false)[0]?.length).toBe(65_536);
  });

  it.for(["%25", "&amp;", "/*", "\\u005c", "%c0", "AAAA", "&#38;"])("of a megabyte of %j take less than five seconds", (piece) => {
    const began = performance.now();
    canonicalForms(piece.repeat(1_000_000 / piece.length), true);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
