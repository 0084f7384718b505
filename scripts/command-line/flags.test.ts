import { describe, expect, it } from "vitest";
import { z } from "zod";
import { flagName, flagsOf } from "./flags.ts";
import { optionFaults } from "./option-faults.ts";

const options = z.strictObject({
  dataDir: z.string().optional().describe("where"),
  workers: z.coerce.number().int().default(1).describe("how many"),
  simulate: z.boolean().default(true).describe("sends load"),
  json: z.boolean().default(false).describe("as JSON"),
  filter: z.array(z.string()).default([]).describe("conditions"),
  format: z.enum(["text", "json"]).default("text").describe("how"),
  topic: z.string().describe("which"),
});

describe("the flags of a command", () => {
  it("are named as they are typed", () => {
    expect(["a", "dataDir", "maxLagRecords"].map(flagName)).toEqual(["--a", "--data-dir", "--max-lag-records"]);
  });

  it("come from its options alone: kind, default, choices, and whether they must be given", () => {
    expect(flagsOf(options).map(({ name, kind, required, fallback, choices }) => [name, kind, required, fallback, choices])).toEqual([
      ["--data-dir", "value", false, undefined, []],
      ["--workers", "value", false, "1", []],
      ["--no-simulate", "switch", false, undefined, []],
      ["--json", "switch", false, undefined, []],
      ["--filter", "list", false, undefined, []],
      ["--format", "value", false, "text", ["text", "json"]],
      ["--topic", "value", true, undefined, []],
    ]);
  });

  it("carry their description", () => expect(flagsOf(options).map(({ summary }) => summary)).not.toContain(""));
});

describe("what is wrong with what was typed", () => {
  const issues = (typed: Record<string, unknown>) => options.safeParse(typed).error?.issues ?? [];

  it("is one sentence for one fault, with the flag's own name", () => {
    expect(optionFaults("up", issues({ topic: "t", workers: "x" }), [])).toBe("up: --workers: a number is wanted");
  });

  it("is a list for several, what is given by its place in capitals", () => {
    const said = optionFaults("tail", issues({ workers: 1.5, format: "yaml" }), ["topic"]);
    expect(said.split("\n")).toEqual([
      "tail:",
      "  --workers: a whole number is wanted",
      "  --format: text or json is wanted",
      "  TOPIC: a text is wanted, and is missing",
    ]);
  });
});
