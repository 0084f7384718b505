import { describe, expect, it } from "vitest";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { Apply } from "../apply/apply.ts";
import { loadPlan, plannedLoad } from "./load-plan.ts";

const nowMs = Date.UTC(2026, 4, 1, 12, 0, 3);

/** The alerts of what is sent up to a moment, by the pipeline that will read it. */
const alertsUntil = (untilMs: number, sinceMs = 0) => alertsOf(nowMs, untilMs, sinceMs);

function alertsOf(startedMs: number, untilMs: number, sinceMs = 0): { ts: number; layer: string; instance: string }[] {
  const run = new Apply({ pipelines: [{ pipeline: routerWindows }], maxAheadMs: 3_600_000, close: false });
  const out: string[] = [];
  let number = 0;
  for (const { endMs, events } of loadPlan(startedMs, sinceMs)) {
    if (endMs > untilMs) break;
    for (const value of events) {
      const bytes = Buffer.from(JSON.stringify({ topic: "moe.router", timestamp: untilMs, value }));
      number += 1;
      out.push(...run.line({ number, bytes, length: bytes.length }));
    }
  }
  const alerts = out
    .map((line) => JSON.parse(line) as { topic: string; value: AlertValue })
    .filter(({ topic }) => topic === "gatewatch.alert");
  return alerts.map(({ value }) => ({
    ts: value.ts / 1_000,
    layer: value.evidence.find(({ name }) => name === "layer")?.value ?? "",
    instance: value.entity.id,
  }));
}
interface AlertValue {
  readonly ts: number;
  readonly evidence: readonly { name: string; value: string }[];
  readonly entity: { readonly id: string };
}

describe("loadPlan", () => {
  it("ends its history now, in whole windows, and goes on in real time", () => {
    const ends = Array.from(loadPlan(nowMs).take(60), ({ endMs }) => endMs);
    expect(ends.every((end, i) => i === 0 || end - (ends[i - 1] ?? 0) === plannedLoad.windowMs)).toBe(true);
    expect(ends.filter((end) => end <= nowMs).at(-1)).toBe(Math.floor(nowMs / 5_000) * 5_000);
    expect(nowMs - (ends[0] ?? 0)).toBeLessThan(5 * 60_000);
  });

  it("raises its first alerts out of the history, and about the collapse that has just begun only", () => {
    const alerts = alertsUntil(nowMs);
    expect(alerts.length).toBeGreaterThan(0);
    expect(new Set(alerts.map(({ layer, instance }) => `${layer} ${instance}`)).size).toBe(1);
    for (const { ts } of alerts) expect(nowMs - ts).toBeLessThan(plannedLoad.windowMs);
  });

  it("collapses somewhere else each minute, and each is seen", () => {
    const places = new Set(alertsUntil(nowMs + 10 * 60_000).map(({ layer, instance }) => `${layer} ${instance}`));
    expect(places.size).toBe(11);
  });

  it("collapses somewhere else where it is started again within the minute", () => {
    const placeOf = (startedMs: number) => {
      const [first] = alertsOf(startedMs, startedMs);
      return `${first?.layer} ${first?.instance}`;
    };
    const places = [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000].map((later) => placeOf(nowMs + later));
    expect(new Set(places).size).toBe(places.length);
  });

  it("leaves out what an earlier run has sent", () => {
    const sinceMs = nowMs - 60_000;
    const first = loadPlan(nowMs, sinceMs).next().value;
    expect(first?.endMs).toBeGreaterThan(sinceMs);
    expect((first?.endMs ?? 0) - sinceMs).toBeLessThanOrEqual(plannedLoad.windowMs);
  });
});
