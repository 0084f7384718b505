import { describe, expect, it } from "vitest";
import type { Io } from "./io.ts";
import { printRows, type Row } from "./table.ts";

async function printed(rows: readonly Row[], json = false): Promise<string[]> {
  const out: string[] = [];
  const io = { out: (line: string) => out.push(line), room: async () => undefined } as unknown as Io;
  await printRows(rows, json, io);
  return out;
}

describe("printRows", () => {
  it("aligns texts left and numbers right, and keeps control characters off the terminal", async () => {
    const rows = [
      { name: "a", count: 5, on: true, more: { x: 1 } },
      { name: "long\u001b[31m", count: 12_345, on: false, more: null },
    ];
    expect(await printed(rows)).toEqual(["name       count  on   more", 'a              5  yes  {"x":1}', "long [31m  12345  no   -"]);
  });

  it("prints one JSON object a line where asked", async () => {
    expect(await printed([{ a: 1 }, { a: null }], true)).toEqual(['{"a":1}', '{"a":null}']);
  });

  it("keeps every digit of a whole number that a double cannot hold", async () => {
    const rows = [{ n: 18_446_744_073_709_551_615n, more: { m: 9_007_199_254_740_993n } }];
    expect(await printed(rows, true)).toEqual(['{"n":18446744073709551615,"more":{"m":9007199254740993}}']);
    expect((await printed(rows))[1]).toBe('18446744073709551615  {"m":9007199254740993}');
  });

  it("prints all of many rows, in order, and nothing of none", async () => {
    const rows = Array.from({ length: 500 }, (_, i) => ({ i }));
    const out = await printed(rows);
    expect(out).toHaveLength(501);
    expect(out.slice(1).map((line) => Number(line.trim()))).toEqual(rows.map(({ i }) => i));
    expect(await printed([])).toEqual([]);
  });
});
