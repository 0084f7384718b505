import { describe, expect, it } from "vitest";
import { usualDeployment } from "../deployment.ts";
import type { AimedFault } from "../faults/aim.ts";
import { Placements } from "./placement.ts";
import { Popularity } from "./popularity.ts";
import { balancedness, rankLoads, sickSlowness, slowness, stepSlowdown } from "./rank-times.ts";

const popularity = new Popularity(usualDeployment);
const placements = new Placements(usualDeployment, popularity);
const stale = { name: "stale-placement", instance: 0, startMs: 100_000, endMs: 200_000 } as AimedFault;

describe("placements", () => {
  it("give every rank equally many experts, and a load that is even", () => {
    const placement = placements.at(0, 0, []);
    for (let layer = 0; layer < usualDeployment.layers; layer += 1) {
      const ranks = placement.ranksOf(layer);
      expect(rankLoads(new Array<number>(usualDeployment.experts).fill(1), ranks, usualDeployment.ranks)).toEqual([16, 16, 16, 16]);
      expect(balancedness(popularity.base(layer), ranks)).toBeGreaterThan(0.93);
    }
  });

  it("heap the hottest on one rank while a plan is stale, and go back after it, under versions that only grow", () => {
    const at = (ms: number, instance = 0) => placements.at(ms, instance, [stale]);
    const versions = [0, 100_000, 199_999, 200_000, 900_000].map((ms) => at(ms).version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
    expect(balancedness(popularity.base(2), at(150_000).ranksOf(2))).toBeLessThan(0.7);
    expect(at(200_000).ranksOf(2)).toEqual(at(0).ranksOf(2));
    expect(at(150_000, 1)).toMatchObject({ version: 1 });
  });
});

describe("the time of a step", () => {
  it("is that of the rank that is last", () => {
    const even = [[10, 10, 10, 10]];
    const rankOf = () => [0, 1, 2, 3];
    const healthy = stepSlowdown(even, rankOf, [1, 1, 1, 1]);
    expect(stepSlowdown(even, rankOf, [1, 2, 1, 1])).toBeGreaterThan(healthy * 1.3);
    expect(stepSlowdown([[20, 10, 5, 5]], rankOf, [1, 1, 1, 1])).toBeGreaterThan(healthy * 1.3);
    expect(stepSlowdown([], rankOf, [1, 1, 1, 1])).toBe(1);
    expect(stepSlowdown([[0, 0, 0, 0]], rankOf, [1, 1, 1, 1])).toBeGreaterThan(0);
  });

  it("is longer on a sick GPU, on that rank of that instance alone", () => {
    const sick = [{ name: "sick-gpu", instance: 1, rank: 2 } as AimedFault];
    expect([slowness(sick, 1, 2), slowness(sick, 1, 1), slowness(sick, 0, 2)]).toEqual([sickSlowness, 1, 1]);
  });

  it("calls nothing at all even", () => expect(balancedness([0, 0], [0, 1])).toBe(1));
});
