import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { metrics } from "../../infra/telemetry/metrics.ts";
import { commands } from "../commands/index.ts";
import { referenceFolder, referencePages } from "./generate-reference.ts";

describe("generated reference", () => {
  it.for(Object.keys(referencePages))("%s is what the code says now", (name) => {
    const written = readFileSync(new URL(name, referenceFolder), "utf8");
    expect(written, "run: node scripts/command-line/generate-reference.ts").toBe(referencePages[name]?.());
  });

  it("leaves nothing out", () => {
    for (const { name } of commands) expect(referencePages["commands.md"]?.()).toContain(`## gatewatch ${name}`);
    for (const name of Object.keys(metrics)) expect(referencePages["metrics.md"]?.()).toContain(`\`${name}\``);
    expect(referencePages["configuration.md"]?.()).toMatch(/`lane\.lingerMs` \| whole number \| `100` \|/);
    expect(referencePages["configuration.md"]?.()).toMatch(/`kafka\.brokers` \| list of text \| none \| `KAFKA_BROKERS` \|/);
    expect(referencePages["configuration.md"]?.()).not.toMatch(/\| {2}\|\n/);
  });
});
