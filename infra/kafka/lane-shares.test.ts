import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { laneShares } from "./lane-shares.ts";

const members = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  .chain((ids) => fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), held: fc.uniqueArray(fc.nat(30), { maxLength: 30 }) }))));

describe("lane shares", () => {
  it("give every lane to one member, fairly, whatever members claim to hold", () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 24 }), (all, lanes) => {
        const shares = laneShares(all, lanes);
        const sizes = [...shares.values()].map((held) => held.length);
        expect([...shares.values()].flat().sort((a, b) => a - b)).toEqual(Array.from({ length: lanes }, (_, lane) => lane));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(shares.size).toBe(all.length);
      }),
    );
  });

  it("do not depend on the order of members", () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 24 }), (all, lanes) => {
        expect(Object.fromEntries(laneShares([...all].reverse(), lanes))).toEqual(Object.fromEntries(laneShares(all, lanes)));
      }),
    );
  });

  it("leave members what they hold, up to their share", () => {
    const shares = laneShares(
      [
        { id: "a", held: [4, 5, 0] },
        { id: "b", held: [1] },
        { id: "c", held: [] },
      ],
      6,
    );
    expect(Object.fromEntries(shares)).toEqual({ a: [4, 5], b: [0, 1], c: [2, 3] });
  });

  it("change nothing once dealt", () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 24 }), (all, lanes) => {
        const once = laneShares(all, lanes);
        const again = laneShares(
          [...once].map(([id, held]) => ({ id, held })),
          lanes,
        );
        expect(Object.fromEntries(again)).toEqual(Object.fromEntries(once));
      }),
    );
  });
});
