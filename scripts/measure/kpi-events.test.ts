import { describe, expect, it } from "vitest";
import { bestLimit, found, type Labelled, meet, scoresOf, withoutGap } from "./kpi-events.ts";

/** Quiet values, the first 1,500 of which are not judged; odd ones at these places. */
const series = (length: number, odd: readonly number[], testFrom = 0): Labelled[] =>
  Array.from({ length }, (_, n) => ({
    part: n < testFrom ? "train" : "test",
    ts: 60 * n,
    value: 5 + Math.sin(n * n),
    odd: odd.includes(n),
  }));
const scoresAt = (length: number, at: Readonly<Record<number, number>>) => Float64Array.from({ length }, (_, n) => at[n] ?? 0);
const run = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

describe("events and alerts", () => {
  it("an event is a run of odd values, found within its first eight", () => {
    const values = series(2_000, [...run(1_600, 20), ...run(1_700, 20), 1_800]);
    const scores = scoresAt(2_000, { 1607: 6, 1608: 99, 1715: 9, 1900: 7 });
    expect(meet(values, scores, "test")).toEqual({ events: [6, 0, 0], falseAlerts: [7] });
  });

  it("an alert late in an event is neither found nor false", () =>
    expect(meet(series(2_000, run(1_600, 20)), scoresAt(2_000, { 1619: 9 }), "test")).toEqual({ events: [0], falseAlerts: [] }));

  it("leaves out what is not judged, and the other part", () => {
    const values = series(2_000, [...run(1_495, 20), 1_550, 1_800], 1_700);
    const scores = scoresAt(2_000, { 20: 9, 1500: 9, 1550: 8, 1600: 7 });
    expect(meet(values, scores, "test")).toEqual({ events: [0], falseAlerts: [] });
    expect(meet(values, scores, "train")).toEqual({ events: [8], falseAlerts: [7] });
  });

  it("a limit has its precision, recall and F1, and the best is found", () => {
    const met = [
      { events: [9, 6, 0], falseAlerts: [5.5] },
      { events: [8], falseAlerts: [2, 3] },
    ];
    expect(found(met, 5)).toEqual({ events: 4, precision: 3 / 4, recall: 3 / 4, f1: 3 / 4 });
    expect(found(met, bestLimit(met))).toMatchObject({ precision: 1, recall: 3 / 4 });
  });

  it("a gap between the parts goes by whole days", () => {
    const values = series(4, [], 2).map((one) => (one.part === "test" ? { ...one, ts: one.ts + 10 * 86_400 } : one));
    expect(withoutGap(values).map(({ ts }) => ts)).toEqual([0, 60, 120, 180]);
    expect(withoutGap(series(4, [], 2))).toEqual(series(4, [], 2));
    expect(withoutGap(series(4, [], 0))).toEqual(series(4, [], 0));
  });

  it("scores are those of the alerts", async () => {
    const begin = Date.UTC(2026, 0, 1) / 1_000;
    const values = series(1_500, []).map((one, n) => ({ ...one, ts: begin + one.ts, value: n === 1_300 ? 900 : one.value }));
    const scores = await scoresOf("s", values, 5);
    expect([...scores].flatMap((score, n) => (score > 0 ? [n] : []))).toEqual([1_300]);
  });
});
