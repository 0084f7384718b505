import { describe, expect, it } from "vitest";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { Alert, RouterEvent, RoutingWindow } from "../../schemas/types/avro.ts";
import { drivePipeline } from "./driver.ts";
import { type InputRecord, routerDefaults, routerRecords, startMs } from "./inputs.ts";

const second = 1_000_000;
const start = startMs * 1_000;

/** An event of one layer, `at` seconds after the start, 5 s long. */
const event = (at: number, given: Partial<RouterEvent> = {}): InputRecord => {
  const expertCounts = given.expertCounts ?? [10, 10, 10, 10];
  const assignments = expertCounts.reduce((a, b) => a + b, 0);
  const windowStart = start + at * second;
  const sizes = { numExperts: expertCounts.length, topK: 2, tokens: assignments / 2, assignments };
  const windowEnd = windowStart + 5 * second;
  const value = { ...routerDefaults, instanceId: "i-0", ...sizes, windowStart, windowEnd, ts: windowEnd, ...given, expertCounts };
  return { topic: topics.router, value };
};
const windows = (records: readonly InputRecord[], close = true) =>
  drivePipeline(routerWindows, records, { close }).values(topics.window) as RoutingWindow[];
const alerts = (records: readonly InputRecord[], options = {}) =>
  drivePipeline(routerWindows, records, { options }).values(topics.alert) as Alert[];

describe("router-windows: windows", () => {
  it("sum what one layer of one instance did in ten seconds", () => {
    const [window, ...rest] = windows([
      event(0, { expertCounts: [10, 10, 10, 10] }),
      event(5, { expertCounts: [40, 0, 0, 0], droppedTokens: 4 }),
    ]);
    expect(rest).toEqual([]);
    expect(window).toMatchObject({
      windowStart: start,
      windowEnd: start + 10 * second,
      ts: start + 10 * second,
      instanceId: "i-0",
      entity: { type: "layer", id: "i-0" },
      records: 2,
      tokens: 40,
      droppedTokens: 4,
      expertCounts: [50, 10, 10, 10],
      imbalanceMean: 2.5,
      imbalanceMax: 4,
      entropyMean: expect.closeTo(0.5, 12),
      entropyMin: 0,
      sources: [
        { topic: "moe.router", partition: 0, offset: 0 },
        { topic: "moe.router", partition: 0, offset: 1 },
      ],
    });
  });

  it("keep layers, instances and deployments apart, whatever their names", () => {
    const names = [
      { layer: 1 },
      { layer: 11 },
      { instanceId: "1|i" },
      { instanceId: "1", deploymentId: "i|default" },
      { deploymentId: "e" },
    ];
    const ids = windows(names.map((given) => event(0, given))).map(({ id }) => id);
    expect(new Set(ids).size).toBe(names.length);
  });

  it("close when event time says so, ten seconds late at the most, and not when the input ends", () => {
    expect(windows([event(0), event(19)], false)).toEqual([]);
    expect(windows([event(0), event(20)], false)).toHaveLength(1);
  });

  it("count an event once its window has closed as late, and leave the window as it was", () => {
    const { values, dropped } = drivePipeline(routerWindows, [event(0), event(20), event(5)], { close: false });
    expect(values(topics.window)).toMatchObject([{ records: 1 }]);
    expect(dropped).toEqual(new Map([["late", 1]]));
  });

  it("know nothing of a balance where nothing was assigned, and say 1", () => {
    expect(windows([event(0, { expertCounts: [0, 0, 0, 0] })])).toMatchObject([
      { records: 1, tokens: 0, imbalanceMean: 1, entropyMean: 1 },
    ]);
  });
});

describe("router-windows: alerts", () => {
  const collapsed = { expertCounts: [200, 200, 0, 0, 0, 0, 0, 0] };
  const healthy = (at: number) => event(at, { expertCounts: [50, 52, 48, 51, 49, 50, 47, 53].map((count) => count + (at % 3)) });
  const steady = Array.from({ length: 40 }, (_, i) => healthy(i * 5));

  it("name the layer that left its own baseline, from what to what, and the record that showed it", () => {
    const found = alerts([...steady, event(200, collapsed), event(205, collapsed)]);
    expect(found.map(({ evidence }) => evidence.find(({ name }) => name === "measure")?.value).sort()).toEqual(["entropy", "imbalance"]);
    for (const alert of found) {
      expect(alert).toMatchObject({
        kind: "router.baseline",
        entity: { type: "layer", id: "i-0" },
        probability: null,
        ts: start + 210 * second,
      });
      expect(alert.sources).toEqual([{ topic: "moe.router", partition: 0, offset: 41 }]);
      expect(alert.score).toBeGreaterThan(0.8);
      expect(alert.score).toBeLessThan(1);
    }
    expect(found.find(({ title }) => title.includes("imbalance"))).toMatchObject({ observed: 4, severity: "HIGH" });
  });

  it("say it once while it lasts", () => {
    const lasting = Array.from({ length: 20 }, (_, i) => event(200 + i * 5, collapsed));
    expect(alerts([...steady, ...lasting])).toHaveLength(2);
  });

  it("wait for a baseline before they judge", () =>
    expect(alerts([...steady.slice(0, 20), event(200, collapsed), event(205, collapsed)])).toEqual([]));

  it("leave out events too small to judge: a few assignments are never even", () => {
    const tiny = { expertCounts: [3, 0, 0, 0, 0, 0, 0, 1] };
    expect(alerts([...steady, event(200, tiny), event(205, tiny)])).toEqual([]);
  });

  it("do not compare prefill with decode, nor one revision of the model with another", () => {
    const others = [event(200, { ...collapsed, phase: "PREFILL" }), event(205, { ...collapsed, phase: "PREFILL" })];
    const revised = [event(210, { ...collapsed, modelRevision: "2" }), event(215, { ...collapsed, modelRevision: "2" })];
    expect(alerts([...steady, ...others, ...revised])).toEqual([]);
  });

  it("find each collapse of a simulated deployment in its own layer, and nothing else in two hours", () => {
    const found = alerts(routerRecords(1_440));
    const layers = new Set(found.map(({ entity, evidence }) => `${entity.id}/${evidence.find(({ name }) => name === "layer")?.value}`));
    expect(layers).toEqual(new Set(["i-0/2"]));
    expect(new Set(found.map(({ ts }) => Math.floor((ts - start) / (180 * second)))).size).toBeGreaterThan(35);
  });

  it("have ids that the same cause gives again and another does not", () => {
    const input = routerRecords(400);
    const ids = alerts(input).map(({ id }) => id);
    expect(alerts(input).map(({ id }) => id)).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
