import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { routingHealth } from "../../operators/routing/routing-health.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { RouterEvent, RouterEventInput } from "../../schemas/types/avro.ts";
import { type RouterLoad, routerLoad } from "./router-load.ts";

const start = 1_767_225_600_000;
const load: RouterLoad = {
  seed: 3,
  deploymentId: "chat",
  instances: 2,
  layers: 3,
  experts: 16,
  topK: 2,
  tokens: 500,
  windowMs: 1_000,
};
const windows = (more: Partial<RouterLoad>, count: number): RouterEventInput[][] => {
  const generator = routerLoad({ ...load, ...more }, start);
  return Array.from({ length: count }, () => generator.next().value as RouterEventInput[]);
};
const imbalance = (event: RouterEventInput) => routingHealth(event as RouterEvent).imbalance;

describe("a simulated router's load", () => {
  it("is the same for a seed, and another for another", () => {
    expect(windows({}, 5)).toEqual(windows({}, 5));
    expect(windows({ seed: 4 }, 5)).not.toEqual(windows({}, 5));
  });

  it("has one event a window, instance and layer, in the order of event time", () => {
    const events = windows({}, 4).flat();
    expect(events).toHaveLength(4 * 2 * 3);
    expect(new Set(events.map(({ windowStart, instanceId, layer }) => `${windowStart} ${instanceId} ${layer}`)).size).toBe(24);
    const times = events.map(({ windowStart }) => windowStart);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBe(start * 1_000);
  });

  it("is telemetry that the topic takes, and whose counts add up to tokens times k", () => {
    const shapes = fc.record({
      seed: fc.integer(),
      experts: fc.integer({ min: 2, max: 64 }),
      topK: fc.integer({ min: 1, max: 2 }),
      tokens: fc.integer({ min: 1, max: 5_000 }),
    });
    fc.assert(
      fc.property(shapes, (shape) => {
        for (const event of windows({ ...shape, instances: 1, layers: 1 }, 3).flat()) {
          const read = fromJson(topics.router as AnyTopic, event);
          if (!("value" in read)) throw new Error(JSON.stringify(read.faults));
          expect(topics.router.senseless(read.value as RouterEvent)).toBeUndefined();
          expect(event.expertCounts.reduce((sum, one) => sum + one, 0)).toBe(event.tokens * shape.topK);
        }
      }),
    );
  });

  it("is uneven as real routing is, and steady where nothing is wrong", () => {
    const values = windows({}, 60).flat().map(imbalance);
    expect(Math.min(...values)).toBeGreaterThan(1.2);
    expect(Math.max(...values)).toBeLessThan(5);
  });
});

describe("a collapse", () => {
  const collapse = { layer: 1, everyMs: 40_000, lastsMs: 5_000 };
  const collapsedAt = (events: readonly RouterEventInput[][]) =>
    events.flatMap((window, second) =>
      window.filter((event) => imbalance(event) > 5.5).map(({ instanceId, layer }) => ({ second, instanceId, layer })),
    );

  it("begins a quarter period after the start, lasts as long as asked, and comes back", () => {
    const found = collapsedAt(windows({ collapse }, 60));
    expect(found.map(({ second }) => second)).toEqual([10, 11, 12, 13, 14, 50, 51, 52, 53, 54]);
    expect(new Set(found.map(({ instanceId, layer }) => `${instanceId}/${layer}`))).toEqual(new Set(["i-0/1"]));
  });

  it("comes elsewhere each time where no layer is named, and once round all of them", () => {
    const found = collapsedAt(windows({ collapse: { everyMs: 40_000, lastsMs: 1_000 } }, 6 * 40));
    expect(found).toHaveLength(6);
    expect(new Set(found.map(({ instanceId, layer }) => `${instanceId}/${layer}`)).size).toBe(6);
  });

  it("leaves the sums as they are: only who takes them changes", () => {
    for (const event of windows({ collapse }, 15).flat()) {
      expect(event.expertCounts.reduce((sum, one) => sum + one, 0)).toBe(event.assignments);
    }
  });
});
