import { describe, expect, it } from "vitest";
import { forbiddenText, textRules } from "./forbidden-text.ts";

const inOperators = "operators/x.ts";

/** One line that each rule must find, in its place; written in pieces so that this file stays clean. */
const bad: readonly (readonly [path: string, line: string])[] = [
  ["docs/a.md", `see /${"home"}/ann/x`],
  ["scripts/a.ts", `open("${"/"}tmp/x")`],
  ["infra/a.ts", `// ${"TO"}DO later`],
  ["infra/a.ts", `throw new Error("not ${"implemented"}")`],
  ["docs/a.md", `written by a sub${"agent"}`],
  ["infra/a.ts", `// @ts-${"ignore"}`],
  ["infra/a.ts", `// biome-${"ignore"} lint: because`],
  [inOperators, "const now = Date.now();"],
  [inOperators, "const x = Math.random();"],
  [inOperators, "setTimeout(close, 10);"],
  [inOperators, "process.exit(1);"],
  ["docs/a.md", "two blanks  "],
];

describe("forbidden text", () => {
  it.for(bad)("is found in %s: %s", ([path, line]) => {
    expect(forbiddenText({ path, text: `fine\n${line}\n` })).toEqual([expect.stringMatching(new RegExp(`^${path}:2 `))]);
  });

  it("has an example above for every rule", () => {
    const unused = textRules.filter(({ pattern, in: where }) => !bad.some(([path, line]) => (where?.(path) ?? true) && pattern.test(line)));
    expect(unused.map(({ pattern }) => pattern.source)).toEqual([]);
  });

  it.for([
    [inOperators, "const at = new Date(record.ts / 1000);"],
    ["infra/lanes/a.ts", "const now = Date.now();"],
    ["operators/x.test.ts", "setTimeout(done, 1);"],
    ["infra/a.ts", 'fetch("http://x/home/page"); join(root, "work/x")'],
    ["infra/a.ts", "// biome-ignore lint/suspicious/noThenProperty: the catalogue's word"],
  ] as const)("lets %s have: %s", ([path, line]) => {
    expect(forbiddenText({ path, text: line })).toEqual([]);
  });
});
