import { expect, it } from "vitest";
import { parseJson, parseObject } from "./parse-object.ts";

it.for([
  [Buffer.from('{"a":1'), "GW_RECORD_UNREADABLE"],
  [Buffer.from([0x22, 0xff, 0x22]), "GW_RECORD_UNREADABLE"],
  [Buffer.from("[{}]"), "GW_RECORD_SHAPE"],
  [Buffer.from("null"), "GW_RECORD_SHAPE"],
  [Buffer.from(`[${"[],".repeat(500_000)}[]]`), "GW_RECORD_TOO_LARGE"],
] as const)("refuses %s", ([bytes, code]) => {
  expect(() => parseObject(bytes)).toThrow(expect.objectContaining({ code }));
});

it("reads long texts of few parts, and any value", () => {
  expect(parseJson(Buffer.from(`"${"[".repeat(400_000)}"`))).toHaveLength(400_000);
  expect(parseObject(Buffer.from(`{"a":[${"1,".repeat(2_000_000)}1]}`))).toHaveProperty("a.length", 2_000_001);
});
