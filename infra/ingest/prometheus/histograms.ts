import type { Exposed } from "./exposition.ts";

/** Quantiles told of each histogram. */
const told = [0.5, 0.99] as const;

interface Buckets {
  /** Upper bounds, ascending, the last +Inf. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/**
 * Quantiles of what a histogram has counted since the scrape before, in place of its buckets: a hundred series that only grow
 * say less than the two that people look at. After a restart (counts that fell) the next scrape is the first again.
 */
export class Histograms {
  #before = new Map<string, Buckets>();

  /** Of one scrape: everything that is no bucket, and for each histogram that counted something `name{quantile=…}`. */
  quantiles(samples: readonly Exposed[]): Exposed[] {
    const found = new Map<string, { first: Exposed; buckets: [bound: number, count: number][] }>();
    const out: Exposed[] = [];
    for (const sample of samples) {
      const bound = boundOf(sample);
      if (bound === undefined) {
        out.push(sample);
        continue;
      }
      const key = keyOf(sample);
      const histogram = found.get(key) ?? { first: sample, buckets: [] };
      histogram.buckets.push([bound, sample.value]);
      found.set(key, histogram);
    }
    // What a target no longer tells of is forgotten with the scrape that did not have it.
    const now = new Map<string, Buckets>();
    for (const [key, { first, buckets }] of found) {
      buckets.sort(([a], [b]) => a - b);
      const current = { bounds: buckets.map(([bound]) => bound), counts: buckets.map(([, count]) => count) };
      now.set(key, current);
      out.push(...quantilesOf(first, current, this.#before.get(key)));
    }
    this.#before = now;
    return out;
  }
}

const boundOf = ({ name, labels }: Exposed): number | undefined => {
  if (!name.endsWith("_bucket")) return undefined;
  const le = labels.find((label) => label.name === "le")?.value;
  return le === undefined ? undefined : le === "+Inf" ? Infinity : Number(le);
};

const keyOf = ({ name, labels }: Exposed): string =>
  JSON.stringify([name, ...labels.filter((label) => label.name !== "le").map((label) => [label.name, label.value])]);

function quantilesOf({ name, labels, timestampMs }: Exposed, now: Buckets, before: Buckets | undefined): Exposed[] {
  if (before === undefined || before.bounds.length !== now.bounds.length) return [];
  const counted = now.counts.map((count, i) => count - (before.counts[i] ?? 0));
  const total = counted.at(-1) ?? 0;
  if (!(total > 0) || counted.some((count) => !(count >= 0))) return [];
  const own = labels.filter((label) => label.name !== "le");
  return told.map((quantile) => ({
    name: name.slice(0, -"_bucket".length),
    labels: [...own, { name: "quantile", value: String(quantile) }],
    value: quantileOf(quantile, now.bounds, counted),
    timestampMs,
  }));
}

/** Linear within the bucket, and the last finite bound for what lies beyond it: as Prometheus' histogram_quantile does. */
function quantileOf(quantile: number, bounds: readonly number[], cumulative: readonly number[]): number {
  const rank = quantile * (cumulative.at(-1) ?? 0);
  const i = cumulative.findIndex((count) => count >= rank);
  const upper = bounds[i] ?? Infinity;
  if (upper === Infinity) return bounds[i - 1] ?? 0;
  const below = cumulative[i - 1] ?? 0;
  const lower = i === 0 ? Math.min(0, upper) : (bounds[i - 1] ?? 0);
  const inside = (cumulative[i] ?? 0) - below;
  return inside === 0 ? upper : lower + (upper - lower) * ((rank - below) / inside);
}
