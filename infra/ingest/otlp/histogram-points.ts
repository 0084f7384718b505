import { outputId } from "../../../operators/stream/output-id.ts";
import { type Buckets, countedSince } from "../buckets.ts";
import type { OtlpMetric } from "./request.ts";

type HistogramPoint = NonNullable<OtlpMetric["histogram"]>["dataPoints"][number];
type ExponentialPoint = NonNullable<OtlpMetric["exponentialHistogram"]>["dataPoints"][number];

/** Beyond it a histogram has no quantiles: an SDK makes at most 160 buckets. */
export const mostBuckets = 1_000;

/** Undefined where the point carries no buckets, too many of them, or they do not fit each other. */
export function explicitBuckets({ bucketCounts, explicitBounds }: HistogramPoint): Buckets | undefined {
  if (bucketCounts.length < 2 || bucketCounts.length > mostBuckets || bucketCounts.length !== explicitBounds.length + 1) return undefined;
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
  if (bucketCounts.length > mostBuckets) return undefined;
  const bounds = bucketCounts.map((_, i) => 2 ** ((offset + i + 1) * 2 ** -scale));
  return bucketsOf([2 ** (offset * 2 ** -scale), ...bounds], [zeroCount, ...bucketCounts, 0]);
}

function bucketsOf(bounds: readonly number[], counts: readonly number[]): Buckets | undefined {
  let sum = 0;
  const buckets = { bounds: [...bounds, Infinity], counts: counts.map((count) => (sum += count)) };
  const ascends = buckets.bounds.every((bound, i) => i === 0 || bound > (buckets.bounds[i - 1] ?? Infinity));
  return ascends && counts.every((count) => count >= 0) ? buckets : undefined;
}

/** The last buckets of each cumulative series; those longest not heard of are forgotten first. */
export class BucketMemory {
  readonly #before = new Map<string, Buckets>();
  readonly #most: { readonly series: number; readonly buckets: number };
  #buckets = 0;

  /** Bounds: of the series, and of the buckets that they have together. */
  constructor(most: { readonly series: number; readonly buckets: number }) {
    this.#most = most;
  }

  /** What has been counted since the last call for this series; undefined at the first and after a restart. */
  since(series: string, now: Buckets): Buckets | undefined {
    // Labels may be long; their hash is not.
    const key = outputId([series]);
    const before = this.#forget(key);
    this.#before.set(key, now);
    this.#buckets += now.counts.length;
    for (const oldest of this.#before.keys()) {
      if (this.#before.size <= this.#most.series && this.#buckets <= this.#most.buckets) break;
      this.#forget(oldest);
    }
    return before === undefined ? undefined : countedSince(now, before);
  }

  #forget(key: string): Buckets | undefined {
    const known = this.#before.get(key);
    if (known === undefined) return undefined;
    this.#before.delete(key);
    this.#buckets -= known.counts.length;
    return known;
  }
}
