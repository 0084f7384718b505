import fc from "fast-check";
import type { OperatorFunction } from "rxjs";
import { expect, it } from "vitest";
import type { Batch } from "../stream/batch.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { type Arrival, DrivenStores, drive, driveWith } from "./drive.ts";

export interface Conforming<In, Out> {
  /** The operator under test, wired to the store it is given. */
  readonly make: (store: StoreFactory) => OperatorFunction<Batch<In>, Batch<Out>>;
  readonly records: fc.Arbitrary<In>;
  /** Event time the watermark follows, in microseconds. */
  readonly time: (record: In) => number;
  readonly drops: readonly string[];
  readonly maxKeys?: number;
}

/** What every stage passes: call it in the stage's own test. */
export function conforms<In, Out>({ make, records, time, drops, maxKeys }: Conforming<In, Out>): void {
  const inputs = fc.array(records, { maxLength: 120 });

  it("gives the same however its input is cut into batches", () => {
    fc.assert(
      fc.property(inputs, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (input, sizes) => {
        const arrivals = withWatermarks(input, time);
        expect(drive(make, cut(arrivals, sizes)).out).toEqual(drive(make, arrivals).out);
      }),
    );
  });

  it("goes on after a checkpoint as if nothing had happened", () => {
    fc.assert(
      fc.property(inputs, fc.nat(), (input, at) => {
        const arrivals = withWatermarks(input, time);
        const split = arrivals.length === 0 ? 0 : at % arrivals.length;
        const whole = drive(make, arrivals);
        const before = new DrivenStores();
        const first = driveWith(before, make, arrivals.slice(0, split));
        const saved = before.dump();
        const after = new DrivenStores();
        const second = driveWith(after, make, arrivals.slice(split), saved);
        expect([...first.out, ...second.out].map(withoutOrigin)).toEqual(whole.out.map(withoutOrigin));
        if (split === arrivals.length) expect(after.dump()).toEqual(saved);
      }),
    );
  });

  it("never throws, never changes its input, and declares its drops", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const before = structuredClone(input);
        const { dropped, letters } = drive(make, withWatermarks(input, time));
        expect(letters).toEqual([]);
        expect(input).toEqual(before);
        expect(drops).toEqual(expect.arrayContaining([...dropped.keys()]));
      }),
    );
  });

  if (maxKeys === undefined) return;
  it(`holds at most ${maxKeys} keys`, () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const stores = new DrivenStores();
        driveWith(stores, make, withWatermarks(input, time));
        for (const { size } of stores.stores.values()) expect(size).toBeLessThanOrEqual(maxKeys);
      }),
    );
  });
}

/** A watermark that follows the largest time so far, one batch a step. */
function withWatermarks<T>(records: readonly T[], time: (record: T) => number): Arrival<T>[] {
  const arrivals: { watermark: number; records: T[] }[] = [];
  let watermark = Number.NEGATIVE_INFINITY;
  for (const record of records) {
    watermark = Math.max(watermark, time(record));
    const last = arrivals.at(-1);
    if (last?.watermark === watermark) last.records.push(record);
    else arrivals.push({ watermark, records: [record] });
  }
  return arrivals;
}

function cut<T>(arrivals: readonly Arrival<T>[], sizes: Iterator<number>): Arrival<T>[] {
  return arrivals.flatMap(({ watermark, records }) => {
    const parts: Arrival<T>[] = [];
    for (let at = 0; at < records.length; ) {
      const size = sizes.next().value as number;
      parts.push({ watermark, records: records.slice(at, at + size) });
      at += size;
    }
    return parts;
  });
}

/** The driver numbers records anew in each run, so what names its sources differs by that alone. */
const withoutOrigin = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "sources" in value ? { ...value, sources: [] } : value;
