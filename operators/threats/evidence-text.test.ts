import { expect, it } from "vitest";
import { evidenceText } from "./evidence-text.ts";
import { type Hit, scoreUnit } from "./scoring.ts";
import { unit } from "./units/unit.ts";

const hitIn = (text: string) => scoreUnit(unit("query", "q", text))?.hits[0] as Hit;

it("shows the hit with what stands around it, and no more than 160 characters and two marks", () => {
  const shown = evidenceText(hitIn(`${"before ".repeat(50)}<script>${" after".repeat(50)}`));
  expect(shown).toMatch(/^….*<script>.*…$/);
  expect(shown.length).toBeLessThanOrEqual(162);
});

it("masks what stands at either end, although only half of it is in view", () => {
  for (let gap = 30; gap < 80; gap += 1) {
    const space = " x".repeat(gap / 2);
    for (const personal of ["4111 1111 1111 1111", "ann.lee@example.com", "de89 3704 0044 0532 0130 00", "password=hunter2hunter2"]) {
      const shown = evidenceText(hitIn(`${personal}${space} <script>alert(1)</script>${space} ${personal}${space}`));
      expect(shown).toContain("<script>");
      expect(shown).not.toMatch(/\d{2}|ann|example|hunter/);
    }
  }
});

it("leaves the addresses an attack aims at", () => {
  expect(evidenceText(hitIn("http://169.254.169.254/latest/meta-data"))).toContain("169.254.169.254");
});
