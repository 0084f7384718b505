import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conforms } from "../conformance/conforms.ts";
import { drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { baselineShift } from "./baseline-shift.ts";

interface Reading {
  readonly layer: string;
  readonly value: number;
}
const own = (store: StoreFactory, confirm = 1) =>
  baselineShift<Reading>("own", {
    kind: "test",
    of: [{ name: "value", bad: "high", value: ({ value }) => value, floor: 0.1 }],
    key: ({ layer }) => layer,
    alpha: 0.02,
    limit: 6,
    warmUp: 30,
    confirm,
    maxKeys: 4,
    store,
  });
const steady = (count: number, value = 5): Reading[] => Array.from({ length: count }, () => ({ layer: "3", value }));
const shifts = (readings: Reading[], confirm?: number) => drive((store) => own(store, confirm), [{ watermark: 0, records: readings }]).out;

describe("baseline shift", () => {
  conforms({
    make: own,
    records: fc.record({ layer: fc.constantFrom("1", "2", "3", "4", "5"), value: fc.double({ noNaN: true }) }),
    time: () => 0,
    drops: [],
    maxKeys: 4,
  });

  it("stays silent while a key warms up", () => expect(shifts([...steady(29), { layer: "3", value: 900 }])).toEqual([]));

  it("says once that a reading stands off, with what was expected", () => {
    expect(shifts([...steady(30), ...steady(3, 9)])).toMatchObject([{ measure: "value", observed: 9, expected: 5, learnt: 30 }]);
  });

  it("wants as many readings in a row as asked before it speaks", () => {
    expect(shifts([...steady(30), ...steady(1, 9), ...steady(5), ...steady(1, 9)], 2)).toEqual([]);
    expect(shifts([...steady(30), ...steady(2, 9)], 2)).toHaveLength(1);
  });

  it("keeps silent where the change is for the better", () => expect(shifts([...steady(30), ...steady(5, 0)])).toEqual([]));

  it("speaks again after the key was back inside", () => {
    expect(shifts([...steady(60), ...steady(1, 9), ...steady(60), ...steady(1, 9)])).toHaveLength(2);
  });

  it("is not blinded by one wild reading", () => {
    expect(shifts([...steady(60), { layer: "3", value: 1e12 }, ...steady(30), { layer: "3", value: 9 }])).toHaveLength(2);
  });

  it("takes a lasting new level for normal in time", () => {
    const after = [...steady(60), ...steady(600, 9), ...steady(5, 9.2)];
    expect(shifts(after)).toHaveLength(1);
  });
});
