import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import { alertOf } from "../../test/pipelines/judgements.ts";
import { canonicalJson, canonicalRecord, sha256 } from "./canonical-json.ts";

describe("canonical JSON", () => {
  it("writes the example of RFC 8785, section 3.2.2, as its section 3.2.3 has it", () => {
    const value = {
      // biome-ignore lint/correctness/noPrecisionLoss: the example's own digits
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("does not depend on the order in which names were set", () =>
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ unit: "binary" }),
          fc.json().map((text) => JSON.parse(text)),
          { maxKeys: 8 },
        ),
        (value) => {
          const reversed = Object.fromEntries(Object.entries(value).reverse());
          expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        },
      ),
    ));

  it("is read back as what was written, and is well-formed text", () => {
    const hostile = JSON.parse(`{"__proto__":"y","a\\ud800":"x\\udfff","big":${2 ** 53},"small":-1e-300}`);
    const text = canonicalJson(hostile);
    expect(text.isWellFormed()).toBe(true);
    expect(JSON.parse(text)).toMatchObject({ "a\ufffd": "x\ufffd", big: 2 ** 53, small: -1e-300 });
    expect(text).toContain('"__proto__":"y"');
  });

  it("makes the same text of an alert whoever has read it", () => {
    const alert = alertOf("d", 1);
    const read = topics.alert.type.fromBuffer(topics.alert.type.toBuffer(alert));
    const text = canonicalRecord(topics.alert, alert);
    expect(canonicalRecord(topics.alert, read)).toBe(text);
    expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(alert).toSorted());
  });

  it("hashes UTF-8 (FIPS 180-4, the example abc)", () =>
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
});
