import { describe, expect, it } from "vitest";
import { deadLinks, pageTitles, vagueNames } from "./names-and-pages.ts";

describe("names and pages", () => {
  it("refuses vague names of files and folders, and only whole ones", () => {
    const vague = ["infra/utils/a.ts", "infra/helpers.ts", "schemas/common.test.ts", "lib/x.ts"];
    expect(vagueNames([...vague, "operators/commons-sense.ts", "infra/library.ts"])).toHaveLength(vague.length);
  });

  it.for([
    ["docs/a.md", "# One\ntext\n```\n# not a title\n```\n", 0],
    ["docs/a.md", "<!-- Generated. -->\n# One\n", 0],
    ["docs/a.md", "text\n# Late\n", 1],
    ["docs/a.md", "# One\n# Two\n", 1],
    ["docs/a.md", `# ${"x".repeat(81)}\n`, 1],
    ["docs/changes/lanes.added.md", "Lanes.\n", 0],
    ["docs/changes/lanes.md", "Lanes.\n", 1],
    ["infra/a.ts", "no title\n", 0],
  ] as const)("%s beginning %j has %d faults", ([path, text, faults]) => {
    expect(pageTitles({ path, text })).toHaveLength(faults);
  });

  it("finds links that lead nowhere, from where they stand", () => {
    const paths = new Set(["README.md", "docs/a.md", "docs/adr/0001-x.md"]);
    const text = "[a](a.md) [b](adr/0001-x.md#why) [c](../README.md) [d](https://example.org/x.md) [e](#here) [f](../docs/adr) [g](b.md)\n";
    expect(deadLinks({ path: "docs/a.md", text }, paths)).toEqual(["docs/a.md links to docs/b.md, which is not there"]);
  });
});
