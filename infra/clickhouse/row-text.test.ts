import { describe, expect, it } from "vitest";
import { monthOf } from "./row.ts";
import { fieldTexts, time } from "./row-text.ts";

const text = (shape: object, value: unknown) => fieldTexts({ fields: [{ name: "f", shape }] } as never)[0]?.text(value);

describe("row-text", () => {
  it.for([
    [0, "1970-01-01 00:00:00.000000"],
    [1_700_000_000_123_456, "2023-11-14 22:13:20.123456"],
    [1_700_000_000_999_999, "2023-11-14 22:13:20.999999"],
    [1_700_000_001_000_000, "2023-11-14 22:13:21.000000"],
    [-1, "1969-12-31 23:59:59.999999"],
  ] as const)("%i microseconds are %s", ([micros, expected]) => {
    expect(time(micros)).toBe(`"${expected}"`);
  });

  it("refuses what no date holds", () => expect(() => time(Number.MAX_VALUE)).toThrow(RangeError));

  it("has a word for what JSON has none for", () => {
    expect([Number.NaN, Infinity, -Infinity, 1e21, -0.5].map((value) => text({ kind: "double" }, value))).toEqual([
      '"nan"',
      '"inf"',
      '"-inf"',
      "1e+21",
      "-0.5",
    ]);
  });

  it("fills every part of an absent record with nothing", () => {
    const inner = {
      kind: "record",
      fields: [
        { name: "a", shape: { kind: "double" } },
        { name: "b", shape: { kind: "list", items: { kind: "long" } } },
      ],
    };
    expect(text({ kind: "optional", of: inner }, null)).toBe('{"a":null,"b":[]}');
    expect(text({ kind: "optional", of: inner }, { a: 1, b: [2, 3] })).toBe('{"a":1,"b":[2,3]}');
  });

  it("finds the month as ClickHouse does in UTC", () => {
    expect(monthOf(Date.UTC(2025, 10, 30, 23, 59, 59, 999) * 1_000 + 999)).toBe(202511);
    expect(monthOf(Date.UTC(2025, 11, 1) * 1_000)).toBe(202512);
  });
});
