import { expect, it } from "vitest";
import { closest } from "./closest.ts";

const names = ["windowStart", "windowEnd", "layer", "tokens"];

it.for([
  ["layr", "layer"],
  ["lyaer", "layer"],
  ["window_start", "windowStart"],
  ["WINDOWEND", "windowEnd"],
  ["token", "tokens"],
] as const)("takes %s for %s", ([given, meant]) => expect(closest(given, names)).toBe(meant));

it.for(["zzz", "x", ""])("has nothing to say to %j", (given) => expect(closest(given, names)).toBeUndefined());

it("answers at once to a megabyte of nonsense", () => {
  const started = performance.now();
  expect(closest("q".repeat(1_000_000), names)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(1_000);
});
