import { describe, expect, it } from "vitest";
import { forecastErrors } from "./forecast-errors.ts";

const windowsOf = (requests: readonly number[]) =>
  requests.map((some, n) => ({ startS: n * 600, requests: some, inputTokens: 7 * some, outputTokens: some }));

describe("errors of forecasts", () => {
  it("are those of the last window, and of the day before", async () => {
    // Up by ten each window: an error of 10 at 10 min, of 1,440 against yesterday.
    const rising = windowsOf(Array.from({ length: 300 }, (_, n) => 1_000 + 10 * n));
    const found = await forecastErrors(rising, { windowS: 600, horizonsS: [600] });
    const second = found.find(({ quantity, half }) => quantity === "requests" && half === "second");
    const sum = Array.from({ length: 149 }, (_, n) => 1_000 + 10 * (n + 151)).reduce((a, b) => a + b, 0);
    expect(second?.wape).toBeCloseTo((149 * 10) / sum, 9);
    expect(second?.wapeOfYesterday).toBeCloseTo((149 * 1_440) / sum, 9);
    expect(found.find(({ half }) => half === "first")?.wapeOfYesterday).toBeGreaterThan(0.5);
  });

  it("tell promises of the whole level from lesser ones", async () => {
    const steady = windowsOf(Array.from({ length: 61 }, () => 50));
    const [first, second] = (await forecastErrors(steady, { windowS: 600, horizonsS: [600] })).filter(
      ({ quantity }) => quantity === "requests",
    );
    // Of 30 forecasts in the first half one promises nothing, the 19th error is the first that lets one promise 0.9.
    expect([first?.less.count, first?.full.count, second?.full.count]).toEqual([17, 11, 30]);
    expect(second?.full).toMatchObject({ told: expect.closeTo(0.9, 9), held: 1 });
    expect(second?.less).toMatchObject({ count: 0, held: Number.NaN });
  });

  it("are of both sides of an interval", async () => {
    const jump = windowsOf([...Array.from({ length: 40 }, () => 50), 500, 5, 50]);
    const second = (await forecastErrors(jump, { windowS: 600, horizonsS: [600] })).find(({ half }) => half === "second");
    expect(second?.full.held).toBeLessThan(1);
  });
});
