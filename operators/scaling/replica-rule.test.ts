import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import { loadOf } from "../../test/pipelines/loads.ts";
import { drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import type { ForecastLoad, QuantityForecast } from "./forecast-load.ts";
import { type ReplicaOptions, replicaRule } from "./replica-rule.ts";

const options = { requestsPerReplica: 2, startupS: 120, minReplicas: 1, maxReplicas: 10, holdS: 30, maxKeys: 5 };
/** A window of ten seconds with so many requests, and an upper bound for start-up time. */
const forecast = (n: number, requests: number, high = requests, level = 0.9): ForecastLoad => ({
  window: loadOf("d", n, { requests }),
  forecasts: [{ quantity: "requests", horizonS: 120, point: requests, low: requests / 2, high, level, tried: 9, held: 9 }],
});
const run = (given: Partial<ReplicaOptions>, ...loads: ForecastLoad[]) => {
  const make = (store: StoreFactory) => replicaRule("replicas", { ...options, ...given, store });
  return drive(make, [{ watermark: 0, records: loads }]).out;
};
const desired = (given: Partial<ReplicaOptions>, ...loads: ForecastLoad[]) => run(given, ...loads).map(({ replicas }) => replicas?.desired);

describe("the replica rule", () => {
  it("asks for the upper bound of the load at start-up time", () => {
    const [decision] = run({}, forecast(0, 60, 90));
    expect(decision?.replicas).toEqual({ current: null, desired: 5, low: 2, high: 5 });
    expect(decision).toMatchObject({ kind: "REPLICAS", mode: "ADVISE", entity: { type: "deployment", id: "d" }, expiresTs: null });
    expect(topics.decision.type.isValid(decision)).toBe(true);
  });

  it("decides on change only, up at once and down once it was not needed for as long as the hold", () => {
    const rates = [60, 60, 100, 60, 60, 60, 60, 60];
    const decisions = run({}, ...rates.map((requests, n) => forecast(n, requests)));
    expect(decisions.map(({ ts, replicas }) => [(ts - loadOf("d", 0).windowEnd) / 10_000_000, replicas?.desired])).toEqual([
      [0, 3],
      [2, 5],
      [5, 3],
    ]);
  });

  it("holds a need from the start of its window, wherever that is said to end", () => {
    const high = forecast(0, 60);
    const wrong = { ...high, window: { ...high.window, windowEnd: high.window.windowStart + 1e6 * 86_400, requests: 60 * 8_640 } };
    const far = { ...wrong, forecasts: [{ ...(high.forecasts[0] as QuantityForecast), high: 10 * 86_400 }] };
    const after = Array.from({ length: 4 }, (_, n) => forecast(n + 1, 20));
    expect(desired({}, far, ...after)).toEqual([5, 1]);
  });

  it("does not flap where the load does", () => {
    const rates = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 60 : 20));
    expect(desired({}, ...rates.map((requests, n) => forecast(n, requests)))).toEqual([3]);
  });

  it("stays within its bounds, and says which one it met", () => {
    expect(run({}, forecast(0, 1_000))[0]).toMatchObject({
      replicas: { desired: 10 },
      reason: expect.stringContaining("at most 10 are allowed"),
    });
    expect(run({ minReplicas: 3 }, forecast(0, 0))[0]).toMatchObject({
      replicas: { desired: 3 },
      reason: expect.stringContaining("at least 3 are kept"),
    });
    expect(desired({ minReplicas: 0 }, forecast(0, 0))).toEqual([0]);
  });

  it("says so where it does not know yet how much the load moves", () => {
    expect(run({}, forecast(0, 60, 60, 0))[0]?.reason).toContain("nothing is known yet");
  });

  it("knows of the replicas that run where the input says so", () => {
    const one = forecast(0, 60);
    expect(run({}, { ...one, window: { ...one.window, replicas: 7 } })[0]?.replicas?.current).toBe(7);
  });
});
