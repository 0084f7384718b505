import { describe, expect, it } from "vitest";
import { routerWindows } from "../../../pipelines/router-windows.ts";
import { usualDeployment } from "../deployment.ts";
import { faultNames } from "../faults/fault-names.ts";
import { faultsOfTrial, inputsOf, trial } from "./trial.ts";
import { verdicts } from "./verdicts.ts";

const startMs = Date.UTC(2026, 0, 1, 12);
const times = { warmUp: 20, fault: 2, every: 6, rounds: 2, calm: 60 };
const never = new AbortController().signal;
const small = { ...usualDeployment, layers: 4, experts: 32, requestsPerS: 6 };

describe("a trial", () => {
  it("has every fault once a round, after the warm-up, in an order of its seed's own", () => {
    const faults = faultsOfTrial(1, startMs, times);
    const names = faults.map(({ name }) => name);
    for (const round of [names.slice(0, 13), names.slice(13)]) expect(round.toSorted()).toEqual(faultNames.toSorted());
    expect(names.slice(0, 13)).not.toEqual(names.slice(13));
    expect(faults[0]).toMatchObject({ startMs: startMs + 20 * 60_000, endMs: startMs + 22 * 60_000 });
    expect(faults.map(({ name }) => name)).not.toEqual(faultsOfTrial(2, startMs, times).map(({ name }) => name));
  });

  it("gives pipelines their own topics alone, and finds by them what they find", async () => {
    expect(inputsOf([routerWindows])).toEqual(new Set(["moe.router"]));
    const fault = { name: "router-collapse", startMs: startMs + 600_000, endMs: startMs + 660_000 } as const;
    const run = await trial(small, [routerWindows], { startMs, endMs: startMs + 720_000, faults: [fault], stop: never });
    expect(run.injections.map((one) => [one.fault, one.startTs])).toEqual([["router-collapse", fault.startMs * 1_000]]);
    expect(verdicts([run], []).find((one) => one.fault === "router-collapse")).toMatchObject({ injected: 1, found: 1 });
  });

  it("tells nothing of a run without faults but its alerts", async () => {
    expect(await trial(small, [routerWindows], { startMs, endMs: startMs + 60_000, faults: [], stop: never })).toMatchObject({
      injections: [],
      alerts: [],
    });
  });
});
