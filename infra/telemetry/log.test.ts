import { describe, expect, it } from "vitest";
import { openLog } from "./log.ts";

describe("log", () => {
  it("writes one JSON object a line, with the level as a word", () => {
    const lines: string[] = [];
    openLog({ write: (line) => lines.push(line) }).warn({ pipeline: "p", lane: "p/a/1", offset: 7 }, "said");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "warn", msg: "said", pipeline: "p", lane: "p/a/1", offset: 7 });
    expect(lines[0]).not.toMatch(/\n/);
  });

  it("is one readable line on a terminal", () => {
    const lines: string[] = [];
    openLog({ readable: true, write: (line) => lines.push(line) }).info({ lane: "p/a/1", offset: 7, err: new Error("why") }, "said");
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}said \(lane p\/a\/1, offset 7, cause why\)$/);
  });

  it("leaves out what is less grave than its level", () => {
    const lines: string[] = [];
    openLog({ level: "error", write: (line) => lines.push(line) }).warn("said");
    expect(lines).toEqual([]);
  });
});
