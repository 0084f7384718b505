import { describe, expect, it } from "vitest";
import { type Figure, figures, tooLong, withinGoal, worse } from "./figures.ts";

const file = (path: string, lines: number, functionLines: readonly number[] = [], commentLines = 0, docLines = 0) => ({
  path,
  test: path.endsWith(".test.ts"),
  lines,
  commentLines,
  docLines,
  functions: functionLines.map((one, i) => ({ name: `f${i}`, line: i + 1, lines: one })),
  anys: 0,
});
const valueNamed = (files: ReturnType<typeof file>[], name: string) => figures(files).find((one) => one.name === name)?.value;

describe("figures", () => {
  it("takes medians and shares over files", () => {
    const files = [file("a.ts", 10), file("b.ts", 30), file("c.ts", 300)];
    expect(valueNamed(files, "file lines, median")).toBe(30);
    expect(valueNamed(files, "files within 200 lines")).toBe(66.67);
  });

  it("takes the 95th percentile over the functions of all files", () => {
    const nineteen = Array.from({ length: 19 }, () => 5);
    expect(valueNamed([file("a.ts", 100, [...nineteen, 60])], "function lines, 95th percentile")).toBe(5);
    expect(valueNamed([file("a.ts", 100, [...nineteen, 60, 60])], "function lines, 95th percentile")).toBe(60);
  });

  it("sets test lines against code lines", () => {
    expect(valueNamed([file("a.ts", 100), file("a.test.ts", 150)], "test lines to code lines")).toBe(1.5);
  });

  it("takes comments over code files alone, so that tests do not thin them", () => {
    const files = [file("a.ts", 100, [], 12, 9), file("a.test.ts", 400, [], 4, 4)];
    expect(valueNamed(files, "comment lines of code files")).toBe(12);
    expect(valueNamed(files, "doc comments of all comment lines")).toBe(75);
  });

  it("lets no file pass 350 lines and no function 70, and says where", () => {
    expect(tooLong([file("a.ts", 350, [70])])).toEqual([]);
    expect(tooLong([file("a.ts", 351, [3, 71])])).toEqual([
      expect.stringContaining("a.ts:1 has 351 lines"),
      expect.stringContaining("a.ts:2 f1 has 71 lines"),
    ]);
  });
});

describe("the ratchet", () => {
  const comments = (value: number): Figure => ({ name: "comments", value, unit: "%", goal: [12, 25] });

  it("holds nothing within the goal", () => {
    expect(withinGoal(comments(12))).toBe(true);
    expect(worse(comments(25), { comments: 14 })).toBe(false);
  });

  it("refuses a figure outside its goal that was never held", () => {
    expect(worse(comments(11), {})).toBe(true);
  });

  it("lets a held figure come closer and not go away, on either side", () => {
    expect([8, 8.1, 7.9].map((value) => worse(comments(value), { comments: 8 }))).toEqual([false, false, true]);
    expect([30, 29, 31].map((value) => worse(comments(value), { comments: 30 }))).toEqual([false, false, true]);
  });
});
