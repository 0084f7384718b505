import { describe, expect, it } from "vitest";
import { routerWindows } from "../../pipelines/router-windows.ts";
import type { Alert, InjectionInput } from "../../schemas/types/avro.ts";
import { Apply } from "../apply/apply.ts";
import { faultNames } from "../simulate/faults/fault-names.ts";
import { loadPlan } from "./load-plan.ts";

const nowMs = Date.UTC(2026, 4, 1, 12, 0, 3);

/** What is sent up to a moment, slice by slice. */
const sentUntil = (untilMs: number, sinceMs = 0, startedMs = nowMs) => {
  const slices = [];
  for (const slice of loadPlan(startedMs, sinceMs)) {
    if (slice.endMs > untilMs) break;
    slices.push(slice);
  }
  return slices;
};

const injections = (slices: ReturnType<typeof sentUntil>): InjectionInput[] =>
  slices.flatMap(({ events }) => events.filter(({ topic }) => topic === "gatewatch.injection").map(({ value }) => value as never));

/** Alerts of what is sent up to a moment, by the pipeline that will read it. */
function alertsUntil(untilMs: number): Alert[] {
  const run = new Apply({ pipelines: [{ pipeline: routerWindows }], maxAheadMs: 3_600_000, close: false });
  const values = sentUntil(untilMs).flatMap(({ events }) => events.filter(({ topic }) => topic === "moe.router").map(({ value }) => value));
  return values
    .flatMap((value, i) => {
      const bytes = Buffer.from(JSON.stringify({ topic: "moe.router", timestamp: untilMs, value }));
      return run.line({ number: i + 1, bytes, length: bytes.length });
    })
    .map((line) => JSON.parse(line) as { topic: string; value: Alert })
    .flatMap(({ topic, value }) => (topic === "gatewatch.alert" ? [value] : []));
}

describe("loadPlan", () => {
  it("ends its history now, second by second, and goes on in real time", () => {
    const ends = sentUntil(nowMs + 60_000).map(({ endMs }) => endMs);
    expect(ends.every((end, i) => i === 0 || end - (ends[i - 1] ?? 0) === 1_000)).toBe(true);
    expect(nowMs - (ends[0] ?? 0)).toBeLessThan(16 * 60_000);
    expect(ends.at(-1)).toBe(Math.floor(nowMs / 1_000) * 1_000 + 60_000);
  });

  it("raises its first alerts out of the history, and about the collapse that has just begun only", () => {
    const [truth, ...others] = injections(sentUntil(nowMs));
    expect(truth).toMatchObject({ fault: "router-collapse", phase: "STARTED" });
    expect(others).toEqual([]);
    const alerts = alertsUntil(nowMs);
    expect(alerts.length).toBeGreaterThan(0);
    const layer = truth?.evidence?.find(({ name }) => name === "layer")?.value;
    for (const { entity, evidence } of alerts)
      expect([entity.id, evidence.find(({ name }) => name === "layer")?.value]).toEqual([truth?.entity.id, layer]);
  });

  it("injects every fault there is, one after the other, and tells the end of each", () => {
    const truths = injections(sentUntil(nowMs + faultNames.length * 45_000 - 15_000));
    const started = truths.filter(({ phase }) => phase === "STARTED");
    expect(new Set(started.map(({ fault }) => fault))).toEqual(new Set(faultNames));
    for (const [i, { startTs }] of started.entries()) if (i > 0) expect(startTs - Number(started[i - 1]?.startTs)).toBe(45_000_000);
    expect(truths.filter(({ phase }) => phase === "ENDED").length).toBe(started.length);
  });

  it("sends what an earlier run has not, and begins its first fault after it", () => {
    const sinceMs = nowMs - 4_000;
    const slices = sentUntil(nowMs + 10_000, sinceMs);
    expect(slices[0]?.endMs).toBe(Math.floor(sinceMs / 1_000) * 1_000 + 1_000);
    const [truth] = injections(slices);
    expect(truth?.startTs).toBeGreaterThanOrEqual(sinceMs * 1_000);
  });

  it("goes on with the same requests where it is started again", () => {
    const requests = (slices: ReturnType<typeof sentUntil>, fromMs: number) =>
      slices
        .flatMap(({ events }) => events)
        .filter(({ topic, value }) => topic === "moe.request" && value.state === "RECEIVED" && Number(value.ts) >= fromMs * 1_000)
        .map(({ value }) => value.requestId);
    const later = nowMs + 20_000;
    const first = requests(sentUntil(later), later - 5_000);
    expect(first.length).toBeGreaterThan(10);
    expect(requests(sentUntil(later, later - 5_000, later), later - 5_000)).toEqual(first);
  });
});
