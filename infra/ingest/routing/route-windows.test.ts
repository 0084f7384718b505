import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { RouteWindows } from "./route-windows.ts";
import { type TokenRoute, tokenRoute } from "./token-route.ts";

const at = Date.parse("2026-01-01T00:00:00Z") * 1000;
const second = 1_000_000;
const shape = { numExperts: 4, topK: 2, source: "VLLM", deploymentId: "d", instanceId: "i-0" } as const;
const token = (ts: number, experts: number[], more: Partial<TokenRoute> = {}): TokenRoute => ({ layer: 0, experts, ts: at + ts, ...more });
const windows = (more = {}) => new RouteWindows({ windowMs: 5_000, graceMs: 1_000, maxOpen: 100, ...more });
const feed = (into: RouteWindows, tokens: readonly TokenRoute[]): RouterEventInput[] => tokens.flatMap((one) => into.add(one, shape));

describe("tokens to windows", () => {
  it("counts by the tokens' own time and closes a window when a token is the grace past its end", () => {
    const counted = windows();
    const tokens = [token(0, [0, 1]), token(4.9 * second, [1, 2]), token(5 * second, [3, 0]), token(4 * second, [1, 0])];
    expect(feed(counted, tokens)).toEqual([]);
    expect(feed(counted, [token(6 * second, [3, 1])])).toMatchObject([
      {
        windowStart: at,
        windowEnd: at + 5 * second,
        deploymentId: "d",
        instanceId: "i-0",
        source: "VLLM",
        phase: "MIXED",
        layer: 0,
        numExperts: 4,
        topK: 2,
        tokens: 3,
        assignments: 6,
        droppedTokens: 0,
        expertCounts: [2, 3, 1, 0],
        expertWeightSum: null,
        tokenEntropyMean: null,
        top1MarginMean: null,
      },
    ]);
    expect(counted.flush()).toMatchObject([{ tokens: 2, expertCounts: [1, 1, 0, 2] }]);
    expect(counted.open).toBe(0);
  });

  it("weighs: sums as given, entropy and margin of the chosen experts' shares", () => {
    const counted = windows();
    feed(counted, [token(0, [0, 1], { weights: [0.5, 0.5] }), token(1, [2, 1], { weights: [0, 0.4] })]);
    const [window] = counted.flush();
    expect(window?.expertWeightSum).toEqual([0.5, 0.9, 0, 0]);
    expect(window?.tokenEntropyMean).toBeCloseTo(Math.log(2) / 2, 12);
    expect(window?.top1MarginMean).toBeCloseTo(0.5, 12);
  });

  it("says nothing of weights where one token came without", () => {
    const counted = windows();
    feed(counted, [token(0, [0, 1], { weights: [0.5, 0.5] }), token(1, [2, 1])]);
    expect(counted.flush()).toMatchObject([{ tokens: 2, expertWeightSum: null, tokenEntropyMean: null, top1MarginMean: null }]);
  });

  it("counts dropped choices, and passes over padding", () => {
    const counted = windows();
    feed(counted, [token(0, [0, -1]), token(1, [3]), token(2, [-1, -1])]);
    expect(counted.flush()).toMatchObject([{ tokens: 2, assignments: 2, droppedTokens: 2, expertCounts: [1, 0, 0, 1] }]);
    expect(counted.padding).toBe(1);
  });

  it("counts what comes late, and makes no second window of it", () => {
    const counted = windows();
    feed(counted, [token(0, [0, 1]), token(7 * second, [0, 1])]);
    expect(feed(counted, [token(3 * second, [2, 3])])).toEqual([]);
    expect(counted.late).toBe(1);
    expect(counted.flush()).toMatchObject([{ windowStart: at + 5 * second, tokens: 1 }]);
  });

  it("keeps instances, layers and phases apart, each instance by its own time", () => {
    const counted = windows();
    const closed = feed(counted, [
      token(0, [0, 1]),
      token(0, [0, 1], { instanceId: "i-1" }),
      token(0, [0, 1], { layer: 1 }),
      token(0, [0, 1], { phase: "DECODE" }),
      token(60 * second, [0, 1]),
    ]);
    expect(closed.map(({ instanceId, layer, phase }) => [instanceId, layer, phase])).toEqual([
      ["i-0", 0, "DECODE"],
      ["i-0", 0, "MIXED"],
      ["i-0", 1, "MIXED"],
    ]);
  });

  it("stays within its room whatever comes, and says what it closed for that", () => {
    const counted = windows({ maxOpen: 3 });
    const closed = feed(
      counted,
      Array.from({ length: 50 }, (_, layer) => token(0, [0, 1], { layer })),
    );
    expect(counted.open).toBeLessThanOrEqual(3);
    expect(counted.crowdedOut).toBe(closed.length);
    expect(closed.length + counted.late + counted.open).toBe(50);
  });

  it("bounds the experts of all open windows too: a window may have two or sixty thousand", () => {
    const counted = windows({ maxOpen: 1_000 });
    const wide = { ...shape, numExperts: 60_000 };
    const closed = [
      ...feed(
        counted,
        Array.from({ length: 20 }, (_, layer) => token(0, [0, 1], { layer })),
      ),
      ...Array.from({ length: 50 }, (_, layer) => counted.add(token(0, [0, 1], { layer }), wide)).flat(),
    ];
    expect(counted.openExperts).toBeLessThanOrEqual(256_000);
    expect(counted.crowdedOut).toBe(closed.length);
    expect(closed.length + counted.late + counted.open).toBe(70);
    counted.flush();
    expect([counted.open, counted.openExperts]).toEqual([0, 0]);
  });

  it("closes an instance that was silent, whatever the others do, and takes nothing for a closed window afterwards", () => {
    const counted = windows();
    counted.add(token(0, [0, 1]), shape, 100);
    counted.add(token(0, [0, 1], { instanceId: "i-1" }), shape, 100);
    counted.add(token(1, [0, 1], { instanceId: "i-1" }), shape, 101);
    expect(counted.closeSilent(99)).toEqual([]);
    expect(counted.closeSilent(100)).toMatchObject([{ instanceId: "i-0", tokens: 1 }]);
    expect(counted.open).toBe(1);
    counted.add(token(2, [0, 1]), shape, 200);
    expect(counted.late).toBe(1);
    expect(counted.closeSilent(199)).toMatchObject([{ instanceId: "i-1", tokens: 2 }]);
    expect(counted.closeSilent(1_000)).toEqual([]);
  });

  it("forgets the engine that was silent longest, not before its windows are out", () => {
    const counted = windows({ maxOpen: 10_000 });
    const closed = feed(
      counted,
      Array.from({ length: 1_001 }, (_, n) => token(0, [0, 1], { instanceId: `i-${n}` })),
    );
    expect(closed).toMatchObject([{ instanceId: "i-0", tokens: 1 }]);
  });

  it.for([
    [[4, 0], "expert 4 of 4"],
    [[0, 1, 2], "3 experts are chosen, topK is 2"],
  ] as const)("refuses %j", ([experts, message]) => {
    expect(() => feed(windows(), [token(0, [...experts])])).toThrow(message);
  });

  it("loses and doubles no token: counts of all windows, the late and the padding make up what came in", () => {
    const any = fc.record({
      ts: fc.integer({ min: 0, max: 40 * second }),
      layer: fc.integer({ min: 0, max: 2 }),
      experts: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 2 }),
      instanceId: fc.constantFrom("a", "__proto__"),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (some, maxOpen) => {
        const tokens = some.map((one) => ({ ...one, ts: at + one.ts }));
        const counted = windows({ maxOpen });
        const out = [...feed(counted, tokens), ...counted.flush()];
        expect(out.reduce((sum, { tokens: n }) => sum + (n ?? 0), 0) + counted.late).toBe(tokens.length);
        for (const { tokens: n = 0, assignments, droppedTokens, topK, expertCounts } of out) {
          expect(assignments).toBe(expertCounts.reduce((a, b) => a + b, 0));
          expect(assignments).toBe(n * topK - (droppedTokens ?? 0));
        }
        const names = out.map(({ windowStart, layer, instanceId }) => `${windowStart}|${layer}|${instanceId}`);
        expect(new Set(names).size).toBe(names.length);
        const again = windows({ maxOpen });
        expect([...feed(again, tokens), ...again.flush()]).toEqual(out);
      }),
    );
  });
});

describe("a token's route", () => {
  it("takes times as microseconds and ISO 8601, and leaves unknown fields alone", () => {
    const line = { layer: 3, experts: [1, 2], ts: "2026-01-01T00:00:00Z", extra: 1 };
    expect(tokenRoute(line)).toEqual({ layer: 3, experts: [1, 2], ts: at });
    expect(tokenRoute({ ...line, ts: at }).ts).toBe(at);
  });

  it.for([
    [{ experts: [] }, "GW_RECORD_SHAPE"],
    [{ experts: [0.5] }, "GW_RECORD_SHAPE"],
    [{ experts: [-2] }, "GW_RECORD_SHAPE"],
    [{ layer: -1 }, "GW_RECORD_SHAPE"],
    [{ layer: 2 ** 53 }, "GW_RECORD_SHAPE"],
    [{ ts: "yesterday" }, "GW_RECORD_SHAPE"],
    [{ weights: [Number.NaN, 1] }, "GW_RECORD_SHAPE"],
    [{ weights: [1] }, "GW_RECORD_SENSELESS"],
    [{ experts: [2, 2] }, "GW_RECORD_SENSELESS"],
    [{ instanceId: "x".repeat(1_000_000) }, "GW_RECORD_SHAPE"],
  ] as const)("refuses %j: %s", ([wrong, code]) => {
    expect(() => tokenRoute({ layer: 0, experts: [0, 1], ts: at, ...wrong })).toThrow(expect.objectContaining({ code }));
  });
});
