import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import { generateReference, referenceFile } from "./generate-reference.ts";

it("docs/reference/topics.md is what the catalogue says; else run npx node scripts/schemas/generate-reference.ts", () => {
  expect(readFileSync(referenceFile, "utf8")).toBe(generateReference());
});

it("has a section for every topic and a row for nested fields", () => {
  const page = generateReference();
  for (const { name } of Object.values(topics)) expect(page).toContain(`\n## ${name}\n`);
  expect(page).toContain("| `slots[].computeUsP50` | double or null | `null` |");
  expect(page).toContain("| `forecast.originTs` | time | required |");
});
