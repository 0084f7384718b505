import { expect, it } from "vitest";
import { BucketMemory, explicitBuckets, exponentialBuckets, mostBuckets } from "./histogram-points.ts";

const point = { attributes: [], startTimeUnixNano: 0, timeUnixNano: 0, flags: 0, count: 1 };
const explicit = (buckets: number) =>
  explicitBuckets({ ...point, bucketCounts: Array(buckets).fill(1), explicitBounds: Array.from({ length: buckets - 1 }, (_, i) => i) });
const exponential = (buckets: number) =>
  exponentialBuckets({ ...point, scale: 3, zeroCount: 0, positive: { offset: 0, bucketCounts: Array(buckets).fill(1) } });
const counted = (n: number, bounds = 2) => ({
  bounds: [...Array.from({ length: bounds - 1 }, (_, i) => i), Infinity],
  counts: Array.from({ length: bounds }, () => n),
});

it("has quantiles of histograms up to a number of buckets, not of larger ones", () => {
  expect([explicit(mostBuckets)?.counts.length, explicit(mostBuckets + 1)]).toEqual([mostBuckets, undefined]);
  expect([exponential(160)?.counts.length, exponential(200_000)]).toEqual([162, undefined]);
});

it("tells what was counted since, a series at a time", () => {
  const memory = new BucketMemory({ series: 2, buckets: 100 });
  expect(memory.since("a", counted(3))).toBeUndefined();
  expect(memory.since("b", counted(1))).toBeUndefined();
  expect(memory.since("a", counted(5))?.counts).toEqual([2, 2]);
});

it("forgets the series longest not heard of, by number and by the buckets they have together", () => {
  const few = new BucketMemory({ series: 2, buckets: 1_000 });
  for (const series of ["a", "b", "a", "c"]) few.since(series, counted(1));
  expect(few.since("a", counted(2))).toBeDefined();
  expect(few.since("b", counted(2))).toBeUndefined();
  const small = new BucketMemory({ series: 1_000, buckets: 100 });
  for (let i = 0; i < 50; i += 1) small.since(`s${i}`, counted(1, 10));
  expect(small.since("s49", counted(2, 10))).toBeDefined();
  expect(small.since("s41", counted(2, 10))).toBeDefined();
  expect(small.since("s39", counted(2, 10))).toBeUndefined();
});
