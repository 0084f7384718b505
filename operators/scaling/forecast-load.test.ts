import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { loadOf } from "../../test/pipelines/loads.ts";
import { conforms } from "../conformance/conforms.ts";
import { DrivenStores, drive, driveWith } from "../conformance/drive.ts";
import { scopeKey } from "../load/scope.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { forecastLoad } from "./forecast-load.ts";

const make = (store: StoreFactory) => forecastLoad("forecast", { horizonsS: [10, 30], level: 0.9, maxKeys: 3, store });
const run = (...windows: LoadWindow[]) => drive(make, [{ watermark: 0, records: windows }]);
const load = (n: number, requests: number, given: Partial<LoadWindow> = {}) =>
  loadOf("d", n, { requests, inputTokens: 10 * requests, outputTokens: requests, ...given });

/** Intervals of thirty horizons of a load that goes up or down by a factor of 1.35 an hour, which promised something. */
function promisesOfAWalk(seed: number, { windowS, horizonS }: { windowS: number; horizonS: number }): { level: number; held: boolean }[] {
  const random = seeded(seed);
  let at = 0;
  const series = Array.from({ length: (30 * horizonS) / windowS }, () => {
    at += 0.3 * Math.sqrt(windowS / 3_600) * random.normal();
    return 200 * Math.exp(at);
  });
  const far = (store: StoreFactory) => forecastLoad("forecast", { horizonsS: [horizonS], level: 0.9, maxKeys: 1, store });
  const windowUs = windowS * 1_000_000;
  const records = series.map((requests, n) => {
    const windowStart = load(0, 0).windowStart + n * windowUs;
    return loadOf("d", 0, { requests, windowStart, windowEnd: windowStart + windowUs });
  });
  return drive(far, [{ watermark: 0, records }]).out.flatMap(({ forecasts: [forecast] }, n) => {
    const came = series[n + horizonS / windowS];
    if (came === undefined || forecast === undefined || forecast.level === 0) return [];
    return [{ level: forecast.level, held: came >= forecast.low && came <= forecast.high }];
  });
}

describe("forecasting load", () => {
  conforms({
    make,
    records: fc
      .record({ n: fc.nat(60), requests: fc.double({ min: 0, max: 1e9, noNaN: true }), deployment: fc.constantFrom("a", "b", "c", "d") })
      .map(({ n, requests, deployment }) => loadOf(deployment, n, { requests })),
    time: ({ windowStart }) => windowStart,
    drops: ["out-of-order"],
    maxKeys: 3,
  });

  it("says the last window again, a horizon and quantity each", () => {
    const [first] = run(load(0, 12)).out;
    expect(first?.forecasts.map(({ quantity, horizonS, point }) => [horizonS, quantity, point])).toEqual([
      [10, "requests", 12],
      [10, "inputTokens", 120],
      [10, "outputTokens", 12],
      [30, "requests", 12],
      [30, "inputTokens", 120],
      [30, "outputTokens", 12],
    ]);
  });

  it("learns from the window that each forecast was for", () => {
    const { out } = run(...[10, 20, 10, 20, 10, 20].map((requests, n) => load(n, requests)));
    const last = out.at(-1)?.forecasts.filter(({ quantity }) => quantity === "requests");
    // The first two had seen too few errors to promise anything; of those three windows ahead, all three that were due.
    expect(last?.map(({ horizonS, tried }) => [horizonS, tried])).toEqual([
      [10, 3],
      [30, 0],
    ]);
    expect(last?.[0]?.low).toBeCloseTo(10, 9);
    expect(last?.[0]?.high).toBeCloseTo(21 * (21 / 11) - 1, 9);
  });

  it("takes a gap for a gap: what did not come is neither nothing nor learnt from", () => {
    const steady = Array.from({ length: 10 }, (_, n) => load(n, 100));
    const { out } = run(...steady, ...[20, 21].map((n) => load(n, 100)));
    const [next] = out.at(-1)?.forecasts ?? [];
    expect([next?.low, next?.high]).toEqual([100, 100]);
    // Of nine errors before the gap and one after it, the first two were not tried.
    expect(next?.tried).toBe(8);
  });

  it.for([1, 2, 3])("holds its level sixty windows ahead, though the errors of neighbours are nearly one, seed %i", (seed) => {
    const random = seeded(seed);
    let level = 0;
    const series = Array.from({ length: 12_000 }, () => {
      level = 0.998 * level + 0.02 * random.normal();
      return Math.round(500 * Math.exp(level));
    });
    const far = (store: StoreFactory) => forecastLoad("forecast", { horizonsS: [600], level: 0.9, maxKeys: 3, store });
    const { out } = drive(far, [{ watermark: 0, records: series.map((requests, n) => load(n, requests)) }]);
    const told = out.map(({ forecasts }) => forecasts[0]).slice(0, -60);
    const late = told.flatMap((forecast, n) => (forecast && n > 2_000 ? [{ ...forecast, came: series[n + 60] ?? 0 }] : []));
    const held = late.filter(({ low, high, came }) => came >= low && came <= high).length / late.length;
    expect(Math.abs(held - 0.9)).toBeLessThan(0.05);
  });

  it.for([
    ["windows of a sixth of the horizon", { windowS: 600, horizonS: 3_600, walks: 100 }],
    ["windows far shorter than the horizon", { windowS: 60, horizonS: 3_600, walks: 20 }],
    ["windows as long as the horizon", { windowS: 600, horizonS: 600, walks: 300 }],
  ] as const)("holds what it tells from the first promise on, with %s", ([, { walks, ...spans }]) => {
    const all = Array.from({ length: walks }, (_, n) => promisesOfAWalk(n + 1, spans)).flat();
    const levels = [0, 0.4, 0.6, 0.8, 0.9];
    for (const [i, least] of levels.entries()) {
      const told = all.filter(({ level }) => level >= least && level < (levels[i + 1] ?? 1));
      expect(told.length).toBeGreaterThan(50);
      const overclaimed = told.reduce((sum, { level, held }) => sum + level - (held ? 1 : 0), 0) / told.length;
      expect.soft(overclaimed, `told ${least} or more`).toBeLessThan(0.05);
    }
  });

  it("keeps as few forecasts as it will judge", () => {
    const stores = new DrivenStores();
    const far = (store: StoreFactory) => forecastLoad("forecast", { horizonsS: [3_600], level: 0.9, maxKeys: 3, store });
    driveWith(stores, far, [{ watermark: 0, records: Array.from({ length: 800 }, (_, n) => load(n, 50)) }]);
    const state = stores.stores.get("forecast")?.get(scopeKey({ clusterId: load(0, 0).clusterId, deploymentId: "d" }));
    const { series } = state as { series: { told: unknown[] }[] };
    for (const { told } of series) expect(told.length).toBeLessThanOrEqual(7);
    expect(series[0]?.told.length).toBeGreaterThan(5);
  });

  it("drops what comes twice or late, what is for one class of service, and what has no length", () => {
    const { out, dropped } = run(
      load(1, 5),
      load(1, 5),
      load(0, 9),
      load(2, 1, { sloClass: "batch" }),
      load(3, 1, { windowEnd: load(3, 1).windowStart }),
    );
    expect(out).toHaveLength(1);
    expect(Object.fromEntries(dropped)).toEqual({ "out-of-order": 2, "of-one-class": 1, "without-length": 1 });
  });

  it("is not silenced by one window whose end is a month ahead", () => {
    const wrong = load(1, 5, { windowEnd: load(1, 0).windowStart + 30 * 86_400_000_000 });
    const { out, dropped } = run(load(0, 100), wrong, ...[2, 3, 4].map((n) => load(n, 100)));
    expect(out).toHaveLength(5);
    expect(dropped.size).toBe(0);
    expect(out.at(-1)?.forecasts[0]).toMatchObject({ point: 100, tried: 0 });
  });

  it("does not judge windows of ten seconds by windows of a minute", () => {
    const minute = (n: number) => load(6 * n, 600, { windowEnd: load(6 * n, 0).windowStart + 60_000_000 });
    const { out } = run(load(0, 100), load(1, 100), minute(1), minute(2));
    expect(out.at(-1)?.forecasts[0]?.tried).toBeLessThanOrEqual(1);
  });
});
