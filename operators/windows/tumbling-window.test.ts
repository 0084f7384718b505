import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conforms } from "../conformance/conforms.ts";
import { type Arrival, DrivenStores, drive, driveWith } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { type Aggregate, tumblingWindow } from "./tumbling-window.ts";

interface Reading {
  readonly key: string;
  readonly time: number;
}
const fields = { count: "uint32" } as const;
const counted: Aggregate<typeof fields, Reading, string> = {
  fields,
  initial: () => ({ count: 0 }),
  add: (kept) => {
    kept.count += 1;
  },
  result: ({ count }, start, end, key) => `${key} ${start}-${end}: ${count}`,
};
const perTen = (store: StoreFactory) =>
  tumblingWindow<typeof fields, Reading, string>("w", {
    size: 10,
    time: ({ time }) => time,
    key: ({ key }) => key,
    aggregate: counted,
    maxKeys: 3,
    store,
  });
const at = (watermark: number, ...records: Reading[]): Arrival<Reading> => ({ watermark, records });
const reading = (key: string, time: number): Reading => ({ key, time });

describe("tumbling window", () => {
  conforms({
    make: perTen,
    records: fc.record({ key: fc.constantFrom("a", "b", "c", "d"), time: fc.nat(60) }),
    time: ({ time }) => time - 5,
    drops: ["late"],
    maxKeys: 3,
  });

  it("closes a window when the watermark passes its end, not before", () => {
    expect(drive(perTen, [at(0, reading("a", 1), reading("a", 9)), at(9, reading("a", 8))]).out).toEqual([]);
    expect(drive(perTen, [at(0, reading("a", 1), reading("a", 9)), at(10, reading("a", 12))]).out).toEqual(["a 0-10: 2"]);
  });

  it("counts what comes too late as dropped and leaves the window as it was", () => {
    const { out, dropped } = drive(perTen, [at(0, reading("a", 1)), at(10), at(10, reading("a", 9))]);
    expect(out).toEqual(["a 0-10: 1"]);
    expect(dropped).toEqual(new Map([["late", 1]]));
  });

  it("keeps nothing of keys that only ever come too late: a flood of them pushes no open window out", () => {
    const stores = new DrivenStores();
    const late = Array.from({ length: 50 }, (_, i) => reading(`late-${i}`, 1));
    const { out } = driveWith(stores, perTen, [at(20, reading("a", 25), ...late), at(40)]);
    expect(out).toEqual(["a 20-30: 1"]);
    expect([...stores.stores.values()][0]?.evicted).toBe(0);
  });

  it("aligns windows to 1970 and closes several of one key in order", () => {
    expect(drive(perTen, [at(-50, reading("a", 25), reading("a", 11)), at(40)]).out).toEqual(["a 10-20: 1", "a 20-30: 1"]);
  });
});
