import { describe, expect, it } from "vitest";
import type { Alert, RouterEvent } from "../../schemas/types/avro.ts";
import type { Shift } from "../detectors/baseline-shift.ts";
import type { At } from "../stream/stage.ts";
import { routingAlert } from "./routing-alert.ts";
import type { RoutingHealth } from "./routing-health.ts";

const at: At = {
  key: "k",
  topic: "moe.router",
  partition: 1,
  origin: { offset: 77, timestampMs: 0, key: null, value: null, headers: {} },
  watermark: 0,
};
const event = {
  clusterId: "c",
  deploymentId: "chat",
  instanceId: "i-0",
  layer: 3,
  windowStart: 1_767_225_600_000_000,
  windowEnd: 1_767_225_610_000_000,
  phase: "DECODE",
  modelRevision: "r1",
  tokens: 100,
  expertCounts: [1, 2, 3, 4, 5, 6, 7, 8],
} as Partial<RouterEvent> as RouterEvent;

function alertOf(shift: Partial<Shift<RoutingHealth>> = {}, of: Partial<RouterEvent> = {}): Alert {
  const record = { event: { ...event, ...of }, imbalance: 4, entropy: 0.5, assigned: 200 };
  const whole = { record, measure: "imbalance", observed: 4, expected: 1.5, deviation: 0.1, deviations: 25, learnt: 300, ...shift };
  const outcome = routingAlert(whole, at);
  const [alert] = outcome.kind === "ok" ? outcome.values : [];
  if (alert === undefined) throw new Error(`no alert, but ${outcome.kind}`);
  return alert;
}

describe("an alert of a layer's routing", () => {
  it("says what, where, how far and against what, in the order one reads it", () => {
    expect(alertOf()).toMatchObject({
      kind: "router.baseline",
      entity: { type: "layer", id: "i-0" },
      ts: event.windowEnd,
      title: "Layer 3 of i-0: imbalance 4.000, its own baseline is 1.500",
      observed: 4,
      expected: 1.5,
      modelVersion: "r1",
      sources: [{ topic: "moe.router", partition: 1, offset: 77 }],
    });
    expect(alertOf().evidence.map(({ name, value }) => [name, value])).toEqual([
      ["layer", "3"],
      ["measure", "imbalance"],
      ["deviations", "25.00"],
      ["learntFrom", "300"],
      ["assignments", "200"],
    ]);
  });

  it("says what to look at first, for each measure something else", () => {
    const [imbalance, entropy] = ["imbalance", "entropy"].map((measure) => alertOf({ measure }).suggestedAction);
    expect(imbalance).toMatch(/replica|placement/);
    expect(entropy).toMatch(/collapse/);
  });

  it("has a score below 1 that grows with the distance, on either side", () => {
    const scores = [6, 12, 100, -100].map((deviations) => alertOf({ deviations }).score);
    expect(scores[0]).toBeCloseTo(6 / 7, 12);
    expect(scores[1]).toBeGreaterThan(scores[0] ?? 1);
    expect(scores[2]).toBe(scores[3]);
    expect(Math.max(...scores)).toBeLessThan(1);
  });

  it("claims no probability, since a distance is none", () => {
    expect(alertOf()).toMatchObject({ probability: null, probabilityLow: null, probabilityHigh: null });
  });

  it.for([
    ["imbalance", 2.9, 1.5, "MEDIUM"],
    ["imbalance", 3, 1.5, "HIGH"],
    ["imbalance", 6, 1.5, "CRITICAL"],
    // Of eight experts: 8 to the power of the fall in entropy says how many times fewer are left.
    ["entropy", 0.7, 1, "MEDIUM"],
    ["entropy", 0.66, 1, "HIGH"],
    ["entropy", 0.33, 1, "CRITICAL"],
  ] as const)("calls %s %d where %d was expected %s", ([measure, observed, expected, severity]) => {
    expect(alertOf({ measure, observed, expected }).severity).toBe(severity);
  });

  it("has one id for one cause: not for how far it stood off, but for where, what and when", () => {
    expect(alertOf({ deviations: 9, observed: 5 }).id).toBe(alertOf().id);
    const others = [
      alertOf({ measure: "entropy" }),
      ...[{ layer: 4 }, { instanceId: "i-1" }, { phase: "PREFILL" as const }, { windowStart: 1 }, { deploymentId: "d" }].map((of) =>
        alertOf({}, of),
      ),
    ];
    expect(new Set([alertOf(), ...others].map(({ id }) => id)).size).toBe(7);
  });
});
