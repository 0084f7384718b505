import { describe, expect, it } from "vitest";
import type { Injection } from "../../schemas/types/avro.ts";
import { matchingCases } from "../../test/simulate/matching-cases.ts";
import { answers, bestAnswered, isDuring, type JudgedAlert } from "./matching.ts";

const truth = {
  deploymentId: "sim",
  startTs: 100e6,
  endTs: 130e6,
  entity: { type: "layer", id: "i-0" },
  evidence: [{ name: "layer", value: "3", note: "" }],
  expectedKinds: ["router.collapse", "router.baseline"],
} as unknown as Injection;
const right = {
  ts: 110e6,
  kind: "router.baseline",
  deploymentId: "sim",
  entity: { type: "layer", id: "i-0" },
  evidence: [{ name: "layer", value: "3", note: "" }],
} satisfies JudgedAlert;
const isRight = (alert: Partial<JudgedAlert> = {}, injection: Partial<Injection> = {}) =>
  answers({ ...right, ...alert }, { ...truth, ...injection }, 20_000);

describe("a right answer", () => {
  it("has an expected kind, the deployment and the place", () => {
    expect(isRight()).toBe(true);
    expect(isRight({ kind: "metric.spike" })).toBe(false);
    expect(isRight({ deploymentId: "other" })).toBe(false);
    expect(isRight({ entity: { type: "layer", id: "i-1" } })).toBe(false);
    expect(isRight({ evidence: [{ name: "layer", value: "4", note: "" }] })).toBe(false);
  });

  it("comes while the fault is on or in the grace after it, both ends included", () => {
    expect([99.9e6, 100e6, 130e6, 150e6, 150.1e6].map((ts) => isRight({ ts }))).toEqual([false, true, true, true, false]);
    expect(isDuring({ ...right, kind: "anything" }, truth, 0)).toBe(true);
  });

  it.each(matchingCases)("has a place that fits: $name", ({ alert, injection, isAnswer }) =>
    expect(isRight(alert, injection)).toBe(isAnswer),
  );
});

describe("of several injections an alert answers", () => {
  const injected = (startS: number, given: Partial<Injection> = {}) => ({
    injection: { ...truth, startTs: startS * 1e6, endTs: (startS + 30) * 1e6, evidence: [], ...given },
  });
  const best = (alert: Partial<JudgedAlert>, ...all: { injection: Injection }[]) => {
    const forth = bestAnswered({ ...right, ...alert }, all, 60_000);
    // Whatever the order in which they were told.
    expect(bestAnswered({ ...right, ...alert }, all.toReversed(), 60_000)).toBe(forth);
    return forth?.injection.startTs;
  };
  const flood = { entity: { type: "tenant", id: "t" } as const };

  it("first one whose place it names, though another is on", () => {
    expect(best({ ts: 140e6 }, injected(100), injected(130, flood))).toBe(100e6);
    const series = { type: "series", id: "vllm:num_requests_waiting|instance=i-0" };
    expect(best({ ts: 140e6, entity: series }, injected(100), injected(130, flood))).toBe(100e6);
    expect(best({ ts: 140e6, entity: { type: "series", id: "queue_depth" } }, injected(100), injected(130, flood))).toBe(130e6);
  });

  it("then one that is on, then the last to begin; none where all are wrong", () => {
    expect(best({ ts: 120e6 }, injected(80), injected(110))).toBe(110e6);
    expect(best({ ts: 120e6 }, injected(50, { endTs: 125e6 }), injected(85, { endTs: 95e6 }))).toBe(50e6);
    expect(best({ ts: 150e6 }, injected(80), injected(110))).toBe(110e6);
    expect(best({ kind: "metric.spike" }, injected(100))).toBeUndefined();
  });
});
