import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seeded } from "../../scripts/simulate/random.ts";
import { struct } from "../stream/codec.ts";
import { filterFields, forecastAndLearn, forgetLags, newFilter, rescale } from "./recursive-least-squares.ts";

const minute = 60_000_000;
/** Residuals of a series of these values, a minute apart. */
const residuals = (values: readonly number[], filter = newFilter()) =>
  values.map((value, i) => forecastAndLearn(filter, value, i * minute));

describe("the forecaster", () => {
  it("says nothing before its lags are full, and then the last value", () => {
    const found = residuals([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.5]);
    expect(found.slice(0, 8)).toEqual(new Array(8).fill(undefined));
    expect(found[8]?.expected).toBeCloseTo(0.8, 12);
  });

  it("learns an oscillation that the last value would miss", () => {
    const values = Array.from({ length: 400 }, (_, i) => 0.5 + 0.3 * Math.sin(i));
    const errors = residuals(values).map((one, i) => Math.abs((values[i] ?? 0) - (one?.expected ?? 0)));
    expect(Math.max(...errors.slice(-50))).toBeLessThan(0.01);
  });

  it("measures a value in the errors it has made, and is not taught by one spike that spikes are normal", () => {
    const random = seeded(3);
    const values = Array.from({ length: 500 }, () => 0.5 + 0.01 * random.normal());
    const filter = newFilter();
    residuals(values, filter);
    const spread = filter.spread;
    expect(forecastAndLearn(filter, 0.9, 500 * minute)?.deviations).toBeGreaterThan(20);
    expect(filter.spread).toBeLessThan(1.05 * spread);
  });

  it("forgets what came before a gap, not what it has learnt", () => {
    const filter = newFilter();
    residuals(
      Array.from({ length: 100 }, (_, i) => (i % 2) / 2),
      filter,
    );
    const weights = [...filter.weights];
    forgetLags(filter);
    expect(forecastAndLearn(filter, 0.5, 1e12)).toBeUndefined();
    expect(filter.weights).toEqual(weights);
  });

  it.for([0.5, 3, 0.01])("forecasts the same in another unit, %d times the first", (factor) => {
    const random = seeded(9);
    const values = Array.from({ length: 300 }, (_, i) => 0.5 + 0.2 * Math.sin(i / 5) + 0.02 * random.normal());
    const [one, other] = [newFilter(), newFilter()];
    residuals(values, one);
    residuals(values, other);
    rescale(other, 0.25, factor);
    const before = forecastAndLearn(one, 0.6, 300 * minute);
    const after = forecastAndLearn(other, 0.25 + factor * 0.6, 300 * minute);
    expect(after?.expected).toBeCloseTo(0.25 + factor * (before?.expected ?? 0), 9);
  });

  it("stays finite and small over a million steps, where a covariance of two halves diverges after 40,000", { timeout: 60_000 }, () => {
    const random = seeded(5);
    const filter = newFilter();
    let noise = 0;
    let worst = 0;
    for (let i = 0; i < 1_000_000; i += 1) {
      noise = 0.8 * noise + 0.02 * random.normal();
      const found = forecastAndLearn(filter, 0.5 + 0.3 * Math.sin((2 * Math.PI * i) / 1_440) + noise, i * minute);
      worst = Math.max(worst, Math.abs(found?.deviations ?? 0));
    }
    expect(Number.isFinite(worst)).toBe(true);
    expect(worst).toBeLessThan(20);
    expect(filter.spread).toBeLessThan(0.1);
  });

  it("never brings what is no number, whatever it is fed, and fits its checkpoint", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { maxLength: 200 }), (values) => {
        const filter = newFilter();
        for (const one of residuals(values, filter)) if (one !== undefined) expect(Object.values(one).every(Number.isFinite)).toBe(true);
        expect(struct(filterFields).type.isValid(filter)).toBe(true);
      }),
    );
  });
});
