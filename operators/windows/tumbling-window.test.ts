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
const windows = (partial: boolean) => (store: StoreFactory) =>
  tumblingWindow<typeof fields, Reading, string>("w", {
    size: 10,
    time: ({ time }) => time,
    key: ({ key }) => key,
    aggregate: counted,
    partial,
    maxKeys: 3,
    store,
  });
const perTen = windows(false);
const pieces = windows(true);
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

  const drained = (watermark: number): Arrival<Reading> => ({ watermark, records: [], drained: true });

  it("gives out a piece of every open window where the lane has nothing left to read, and what comes after as another", () => {
    const arrivals = [at(0, reading("b", 12), reading("a", 1), reading("a", 2)), drained(0), at(0, reading("a", 3)), at(20)];
    expect(drive(pieces, arrivals).out).toEqual(["a 0-10: 2", "b 10-20: 1", "a 0-10: 1"]);
    expect(drive(pieces, [at(0, reading("a", 1)), drained(0), drained(0), at(10)]).out).toEqual(["a 0-10: 1"]);
  });

  it("says of a window in pieces all that it would say of a whole one, whenever the lane had nothing left to read", () => {
    const arrival = fc.record({ step: fc.nat(6), times: fc.array(fc.nat(12), { maxLength: 4 }), idle: fc.boolean() });
    fc.assert(
      fc.property(fc.array(arrival), (given) => {
        let watermark = 0;
        const arrivals = [...given, { step: 200, times: [], idle: false }].flatMap(({ step, times, idle }) => {
          watermark += step;
          const records = times.map((time) => reading("a", watermark + time));
          return [at(watermark, ...records), ...(idle ? [drained(watermark)] : [])];
        });
        const counts = (out: readonly string[]) => {
          const sums = new Map<string, number>();
          for (const [window = "", count] of out.map((text) => text.split(": "))) sums.set(window, (sums.get(window) ?? 0) + Number(count));
          return [...sums].sort();
        };
        expect(counts(drive(pieces, arrivals).out)).toEqual(counts(drive(perTen, arrivals).out));
      }),
    );
  });

  it("waits for the watermark where it is not one of several that meet", () =>
    expect(drive(perTen, [at(0, reading("a", 1)), drained(0)]).out).toEqual([]));

  it("aligns windows to 1970 and closes several of one key in order", () => {
    expect(drive(perTen, [at(-50, reading("a", 25), reading("a", 11)), at(40)]).out).toEqual(["a 10-20: 1", "a 20-30: 1"]);
  });
});
