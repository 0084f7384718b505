import { describe, expect, it } from "vitest";
import { replicaCosts, servedBy, wantedByScaling, wantedByTarget } from "./replica-costs.ts";

const windowsOf = (...requests: number[]) =>
  requests.map((some, n) => ({ startS: n * 600, requests: some, inputTokens: 0, outputTokens: 0 }));

describe("costs of replicas", () => {
  it("are those of what was ordered, and what was too late", () => {
    const windows = windowsOf(10, 10, 40, 40, 40);
    // Four are ordered at the end of the third window: ready in the fifth, paid from the fourth.
    expect(replicaCosts(windows, [1, 1, 4, 4, 4], { served: 10, from: 0 })).toEqual({ short: 80 / 140, hours: (1 + 1 + 1 + 4 + 4) / 14 });
    expect(replicaCosts(windows, [4, 4, 4, 4, 4], { served: 10, from: 2 })).toEqual({ short: 0, hours: 1 });
  });

  it("of a target keep its use, within a tenth", () => {
    expect(wantedByTarget(windowsOf(50, 52, 100, 0), { target: 0.5, served: 10, first: 10 })).toEqual([10, 10, 20, 1]);
  });

  it("of the pipeline follow its decisions", async () => {
    const windows = windowsOf(600, 600, 600, 1_800, 1_800);
    const served = servedBy(windows, 3);
    expect(served).toBe(600);
    // Since the first forecast for a jump was three times too low, another such jump is what the bound allows for.
    expect(await wantedByScaling(windows, { windowS: 600, level: 0.9, served })).toEqual([1, 1, 1, 9, 9]);
  });
});
