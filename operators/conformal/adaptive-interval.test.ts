import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seeded } from "../../scripts/simulate/random.ts";
import { struct } from "../stream/codec.ts";
import { intervalFields, intervalOf, learn, memory, newInterval } from "./adaptive-interval.ts";

/** Share of a series that intervals around its last value held, after the first hundred. */
function coverage(series: readonly number[], level: number): { held: number; width: number } {
  const state = newInterval(level);
  let held = 0;
  let width = 0;
  for (let i = 1; i < series.length; i += 1) {
    const [point, came] = [series[i - 1] ?? 0, series[i] ?? 0];
    const interval = intervalOf(state, point, level);
    if (i > 100) {
      if (came >= interval.low && came <= interval.high) held += 1;
      width += interval.high - interval.low;
    }
    learn(state, interval, came, level);
  }
  return { held: held / (series.length - 101), width: width / (series.length - 101) };
}

function walk(length: number, seed: number, volatility: (i: number) => number): number[] {
  const random = seeded(seed);
  let at = 500;
  return Array.from({ length }, (_, i) => {
    at *= Math.exp(volatility(i) * random.normal());
    return at;
  });
}

describe("adaptive conformal interval", () => {
  it.for([0.5, 0.8, 0.9, 0.95])("holds a share of %d of what comes", (level) => {
    const shares = [1, 2, 3].map(
      (seed) =>
        coverage(
          walk(4_000, seed, () => 0.1),
          level,
        ).held,
    );
    for (const share of shares) expect(Math.abs(share - level)).toBeLessThan(0.02);
  });

  it("holds it also where the series becomes four times as restless", () => {
    expect(
      Math.abs(
        coverage(
          walk(6_000, 4, (i) => (i < 3_000 ? 0.05 : 0.2)),
          0.9,
        ).held - 0.9,
      ),
    ).toBeLessThan(0.03);
  });

  it("promises nothing before it has seen an error, and no more than few errors can", () => {
    const state = newInterval(0.9);
    expect(intervalOf(state, 100, 0.9)).toEqual({ point: 100, low: 100, high: 100, level: 0 });
    for (const came of [90, 120, 105]) learn(state, intervalOf(state, 100, 0.9), came, 0.9);
    const few = intervalOf(state, 100, 0.9);
    expect(few.level).toBeCloseTo(0.5, 12);
    expect(few.low).toBeCloseTo(90, 9);
    expect(few.high).toBeCloseTo(120, 9);
  });

  it("reaches its level with nineteen errors", () => {
    const state = newInterval(0.9);
    for (let i = 0; i < 19; i += 1) learn(state, intervalOf(state, 100, 0.9), 100 + i, 0.9);
    expect(intervalOf(state, 100, 0.9).level).toBeCloseTo(0.9, 12);
  });

  it("promises no more for errors that are partly one", () => {
    const state = newInterval(0.9);
    const tell = () => intervalOf(state, 100, 0.9);
    for (let i = 0; i < 19; i += 1) learn(state, tell(), 100 + (i % 7), 0.9, i === 0 ? 1 : 1 / 6);
    // Four spans of time, of which the first and the last are whole.
    expect(tell()).toMatchObject({ level: expect.closeTo(0.6, 12), high: expect.closeTo(106, 9) });
    for (let i = 0; i < 1_000; i += 1) learn(state, tell(), 100 + (i % 7), 0.99, 1 / 6);
    expect(intervalOf(state, 100, 0.99).level).toBeCloseTo(49 / 51, 3);
  });

  it("adapts to no misses before it could tell its level", () => {
    const state = newInterval(0.9);
    for (let i = 0; i < 15; i += 1) learn(state, intervalOf(state, 100, 0.9), 100 + 10 * i, 0.9);
    expect(state).toMatchObject({ tried: 13, held: 0 });
    expect(state.highMiss).toBeCloseTo(0.05, 12);
  });

  it("bears windows of nothing", () => {
    const state = newInterval(0.9);
    for (let i = 0; i < 60; i += 1) learn(state, intervalOf(state, i % 2, 0.9), (i + 1) % 2, 0.9);
    const interval = intervalOf(state, 0, 0.9);
    expect(interval.low).toBe(0);
    expect(interval.high).toBeCloseTo(1, 9);
  });

  it("lies around its point, within bounds of memory, whatever comes", () => {
    const load = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.array(load, { maxLength: 400 }), load, (series, point) => {
        const state = newInterval(0.9);
        for (const came of series) learn(state, intervalOf(state, point, 0.9), came, 0.9);
        const { low, high, level } = intervalOf(state, point, 0.9);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(point);
        expect(high).toBeGreaterThanOrEqual(point);
        expect(Number.isFinite(high)).toBe(true);
        expect(level).toBeLessThanOrEqual(0.9);
        expect(state.residuals.length).toBeLessThanOrEqual(memory);
        expect(struct(intervalFields).type.isValid(state)).toBe(true);
      }),
    );
  });
});
