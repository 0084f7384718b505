import { describe, expect, it } from "vitest";
import { implausibleTime } from "./time.ts";

const micros = (text: string): number => Date.parse(text) * 1_000;
const hour = 3_600_000;

describe("an event time", () => {
  it.for(["2000-01-01T00:00:00Z", "2026-01-31T00:00:00Z", "2099-12-31T23:59:59Z"])("of %s is credible", (text) =>
    expect(implausibleTime(micros(text), Date.parse(text), hour)).toBeUndefined(),
  );

  it.for([[0], [Number.NaN], [micros("1999-12-31T23:59:59Z")], [micros("2100-01-01T00:00:00Z")], [1_700_000_000_000]])(
    "of %d is not",
    ([time = 0]) => expect(implausibleTime(time, Number.NaN, hour)).toContain("outside 2000 to 2100"),
  );

  it("may be so far after the broker's and no farther", () => {
    const at = "2026-01-31T00:00:00Z";
    expect(implausibleTime(micros(at) + hour * 1_000, Date.parse(at), hour)).toBeUndefined();
    expect(implausibleTime(micros(at) + hour * 1_000 + 1_000, Date.parse(at), hour)).toBe(
      "the event time is 3600001 ms after the broker's",
    );
  });

  it("has nothing to be after where the broker's is not known", () =>
    expect(implausibleTime(micros("2099-01-01T00:00:00Z"), Number.NaN, 0)).toBeUndefined());
});
