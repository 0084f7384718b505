/** What a histogram has counted, in the one form in which exporters' and SDKs' are compared. */
export interface Buckets {
  /** Upper bounds, ascending, the last +Inf. */
  readonly bounds: readonly number[];
  /** Counted at or below each bound. */
  readonly counts: readonly number[];
}

/** Quantiles told of each histogram. */
export const toldQuantiles = [0.5, 0.99] as const;

/** What has been counted since; undefined where that is nothing or not known: other bounds, or counts that fell (a restart). */
export function countedSince(now: Buckets, before: Buckets): Buckets | undefined {
  if (before.bounds.length !== now.bounds.length || before.bounds.some((bound, i) => bound !== now.bounds[i])) return undefined;
  const counts = now.counts.map((count, i) => count - (before.counts[i] ?? 0));
  return (counts.at(-1) ?? 0) > 0 && counts.every((count) => count >= 0) ? { bounds: now.bounds, counts } : undefined;
}

/**
 * Linear within the bucket, and the last finite bound for what lies beyond it: as histogram_quantile does.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function quantileOf(quantile: number, { bounds, counts }: Buckets): number {
  const rank = quantile * (counts.at(-1) ?? 0);
  const i = counts.findIndex((count) => count >= rank);
  const upper = bounds[i] ?? Infinity;
  if (upper === Infinity) return bounds[i - 1] ?? 0;
  const below = counts[i - 1] ?? 0;
  const lower = i === 0 ? Math.min(0, upper) : (bounds[i - 1] ?? 0);
  const inside = (counts[i] ?? 0) - below;
  return inside === 0 ? upper : lower + (upper - lower) * ((rank - below) / inside);
}
