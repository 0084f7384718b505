import { describe, expect, it } from "vitest";
import { type Placed, sends, sizeOf } from "./sends.ts";

const record = (bytes: number): Placed => ({ topic: "t", partition: 0, key: null, value: Buffer.alloc(bytes) });
const sizes = (records: readonly Placed[]) => [...sends(records)].map((send) => send.map(({ value }) => value?.length));

describe("sends", () => {
  it("hold at most 900 kB, in the order given", () => {
    expect(sizes([record(400_000), record(400_000), record(400_000), record(1)])).toEqual([
      [400_000, 400_000],
      [400_000, 1],
    ]);
  });

  it("let a record that is larger go alone", () => {
    expect(sizes([record(1), record(950_000), record(2)])).toEqual([[1], [950_000], [2]]);
    expect(sizes([record(950_000)])).toEqual([[950_000]]);
  });

  it("are none of nothing", () => {
    expect(sizes([])).toEqual([]);
  });

  it("count keys and headers", () => {
    const headers = { name: Buffer.alloc(100), many: [Buffer.alloc(50), Buffer.alloc(50)] };
    expect(sizeOf({ ...record(10), key: Buffer.alloc(20), headers }) - sizeOf(record(10))).toBeGreaterThanOrEqual(220);
  });
});
