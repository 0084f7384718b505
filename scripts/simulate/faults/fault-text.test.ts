import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultKinds, faultNames } from "./fault-names.ts";
import { durationMs, plannedFault } from "./fault-text.ts";

describe("durations", () => {
  it.each([
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["2d", 172_800_000],
  ])("%s", (text, ms) => expect(durationMs(text)).toBe(ms));

  it.each(["", "10", "m", "10x", "-5m", "10m ", "1e3s", "10m5", "∞"])("%j is none", (text) => expect(durationMs(text)).toBeUndefined());
});

describe("faults as they are typed", () => {
  it("begin after the start and last", () =>
    expect(plannedFault("dead-expert@10m+5m", 1_000_000)).toEqual({ name: "dead-expert", startMs: 1_600_000, endMs: 1_900_000 }));

  it("have every name of the list", () => {
    for (const name of faultNames) expect(plannedFault(`${name}@0s+1s`, 0).name).toBe(name);
  });

  it.each([
    "dead-expert",
    "dead-expert@10m",
    "dead-expert@+5m",
    "dead-expert@10m+0s",
    "@10m+5m",
    "dead-expert@5m+10",
    "dead-expert@1m+1m+1m",
  ])("%s is refused", (text) => expect(() => plannedFault(text, 0)).toThrow(expect.objectContaining({ code: "GW_USAGE" })));

  it("that nobody knows are refused with the nearest name", () => {
    expect(() => plannedFault("dead-exprt@1m+1m", 0)).toThrow(/did you mean dead-expert\?/);
    expect(() => plannedFault("zzzzzzzz@1m+1m", 0)).toThrow(/there are dead-expert, /);
  });

  it("never throw anything but GW_USAGE", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          plannedFault(text, 0);
        } catch (error) {
          expect(error).toMatchObject({ code: "GW_USAGE" });
        }
      }),
    );
  });

  it("all have an answer that would be right", () => {
    for (const kinds of Object.values(faultKinds)) expect(kinds.length).toBeGreaterThan(0);
  });
});
