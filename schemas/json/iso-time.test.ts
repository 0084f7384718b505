import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoMicros } from "./iso-time.ts";

describe("ISO 8601 to microseconds", () => {
  it.for([
    ["1970-01-01T00:00:00Z", 0],
    ["2026-01-31T09:30:00.123456Z", 1_769_851_800_123_456],
    ["2026-01-31T09:30:00.5Z", 1_769_851_800_500_000],
    ["2026-01-31T11:00:00+01:30", 1_769_851_800_000_000],
    ["2026-01-31T04:30:00-05:00", 1_769_851_800_000_000],
    ["2026-01-31 09:30:00", 1_769_851_800_000_000],
    ["2024-02-29T00:00:00Z", 1_709_164_800_000_000],
  ] as const)("reads %s", ([text, micros]) => expect(isoMicros(text)).toBe(micros));

  it.for([
    "",
    "yesterday",
    "2026-01-31",
    "2026-01-31T09:30",
    "2026-02-30T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00.1234567Z",
    "2026-01-01T00:00:00+25:00",
    "2026-01-01T00:00:00z",
    " 2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z\n",
    "1767225600",
  ])("refuses %j", (text) => expect(isoMicros(text)).toBeUndefined());

  it("agrees with Date to the millisecond, over all years it writes", () => {
    const dates = fc.date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        expect(isoMicros(date.toISOString())).toBe(date.getTime() * 1_000);
      }),
    );
  });
});
