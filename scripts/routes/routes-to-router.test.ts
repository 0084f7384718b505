import { describe, expect, it } from "vitest";
import { type Route, routerEvents } from "./routes-to-router.ts";

const options = { experts: 4, tokens: 4, concurrent: 2, windowMs: 10_000, startMs: 0, deploymentId: "d", instanceId: "i" };
const tokens = (req: number, count: number, chosen: number[]): Route[] =>
  Array.from({ length: count }, (_, i) => ({ req, i, e: [chosen, [3, 2]] }));

describe("routes to router events", () => {
  it("counts every chosen expert once, layer by layer, and leaves an unfinished window out", () => {
    const events = [...routerEvents([...tokens(0, 3, [0, 1]), ...tokens(1, 6, [1, 2])], options)];
    expect(events.map(({ layer, windowStart, expertCounts }) => [layer, windowStart, expertCounts])).toEqual([
      [0, 0, [2, 4, 2, 0]],
      [1, 0, [0, 0, 4, 4]],
      [0, 10_000_000, [1, 4, 3, 0]],
      [1, 10_000_000, [0, 0, 4, 4]],
    ]);
  });

  it("adds up: assignments are tokens times k, and so are the counts", () => {
    for (const { assignments, tokens: count, topK, expertCounts } of routerEvents(tokens(0, 40, [0, 3]), options)) {
      expect(assignments).toBe((count ?? 0) * topK);
      expect(expertCounts.reduce((a, b) => a + b, 0)).toBe(assignments);
    }
  });
});
