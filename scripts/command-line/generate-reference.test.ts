import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { metrics } from "../../infra/telemetry/metrics.ts";
import { commands } from "../commands/index.ts";
import { guidePages, referenceFolder, referencePages } from "./generate-reference.ts";
import { withGuideParts } from "./guide-parts.ts";

describe("generated reference", () => {
  it.for(Object.keys(referencePages))("%s is what the code says now", (name) => {
    const written = readFileSync(new URL(name, referenceFolder), "utf8");
    expect(written, "run: npx node scripts/command-line/generate-reference.ts").toBe(referencePages[name]?.());
  });

  it("leaves nothing out", () => {
    for (const { name } of commands) expect(referencePages["commands.md"]?.()).toContain(`## gatewatch ${name}`);
    for (const name of Object.keys(metrics)) expect(referencePages["metrics.md"]?.()).toContain(`\`${name}\``);
    expect(referencePages["configuration.md"]?.()).toMatch(/`lane\.lingerMs` \| whole number \| `100` \|/);
    expect(referencePages["configuration.md"]?.()).toMatch(/`kafka\.brokers` \| list of text \| none \| `KAFKA_BROKERS` \|/);
    expect(referencePages["configuration.md"]?.()).not.toMatch(/\| {2}\|\n/);
  });
});

describe("what the guide takes from code", () => {
  it.for(guidePages())("$page is what the code says now", ({ text, made }) => {
    expect(text, "run: npx node scripts/command-line/generate-reference.ts").toBe(made);
  });

  const marked = (name: string, inside: string) => `before\n<!-- ${name}: made by it -->\n${inside}<!-- end of it -->\nafter`;

  it("is made anew between its marks, and nothing else of the page is touched", () => {
    const made = withGuideParts(marked("options of router-windows", "| old |\n"));
    expect(made).toContain("| `router-windows.limit` | number | `6` |");
    expect(made).not.toContain("old");
    expect([made.startsWith("before\n"), made.endsWith("\nafter")]).toEqual([true, true]);
    expect(withGuideParts(made)).toBe(made);
  });

  it("is refused where a mark names nothing there is", () => {
    expect(() => withGuideParts(marked("options of nothing", ""))).toThrow(/no part of the guide is called "options of nothing"/);
  });
});
