import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { generateTypes, typesFile } from "./generate-types.ts";

it("schemas/types/avro.ts is what the Avro files say; else run npx node scripts/schemas/generate-types.ts", () => {
  expect(readFileSync(typesFile, "utf8")).toBe(generateTypes());
});

it("has the docs of fields, nullable fields, enums, and inputs whose defaults may be left out", () => {
  const text = generateTypes();
  expect(text).toContain('export type Phase = "PREFILL" | "DECODE" | "MIXED";');
  expect(text).toContain("  /** Assignments dropped over capacity. */\n  readonly droppedTokens: number;");
  expect(text).toMatch(/interface RouterEvent \{[^}]*readonly zLoss: number \| null;/);
  expect(text).toMatch(
    /interface RouterEventInput [^}]*readonly droppedTokens\?: number;[^}]*readonly topPairs\?: readonly ExpertPairInput\[\];/,
  );
  expect(text).toMatch(/interface MetricSampleInput [^}]*readonly labels\?: Readonly<Record<string, string>>/);
});
