import { type Buckets, countedSince } from "../buckets.ts";
import type { OtlpMetric } from "./request.ts";

type HistogramPoint = NonNullable<OtlpMetric["histogram"]>["dataPoints"][number];
type ExponentialPoint = NonNullable<OtlpMetric["exponentialHistogram"]>["dataPoints"][number];

/** Undefined where the point carries no buckets or they do not fit each other. */
export function explicitBuckets({ bucketCounts, explicitBounds }: HistogramPoint): Buckets | undefined {
  if (bucketCounts.length < 2 || bucketCounts.length !== explicitBounds.length + 1) return undefined;
  return bucketsOf(explicitBounds, bucketCounts);
}

/**
 * The bounds base^i with base = 2^(2^-scale). Where there are negative values too, the buckets are left out.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
export function exponentialBuckets({ scale, zeroCount, positive, negative }: ExponentialPoint): Buckets | undefined {
  if (negative?.bucketCounts.some((count) => count !== 0)) return undefined;
  const { offset = 0, bucketCounts = [] } = positive ?? {};
  const bounds = bucketCounts.map((_, i) => 2 ** ((offset + i + 1) * 2 ** -scale));
  return bucketsOf([2 ** (offset * 2 ** -scale), ...bounds], [zeroCount, ...bucketCounts, 0]);
}

function bucketsOf(bounds: readonly number[], counts: readonly number[]): Buckets | undefined {
  let sum = 0;
  const buckets = { bounds: [...bounds, Infinity], counts: counts.map((count) => (sum += count)) };
  const ascends = buckets.bounds.every((bound, i) => i === 0 || bound > (buckets.bounds[i - 1] ?? Infinity));
  return ascends && counts.every((count) => count >= 0) ? buckets : undefined;
}

/** The last buckets of each cumulative series, those longest not heard of forgotten first. */
export class BucketMemory {
  readonly #before = new Map<string, Buckets>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** What has been counted since the last call for this series; undefined at the first and after a restart. */
  since(series: string, now: Buckets): Buckets | undefined {
    const before = this.#before.get(series);
    this.#before.delete(series);
    this.#before.set(series, now);
    const [oldest] = this.#before.keys();
    if (this.#before.size > this.#most && oldest !== undefined) this.#before.delete(oldest);
    return before === undefined ? undefined : countedSince(now, before);
  }
}
