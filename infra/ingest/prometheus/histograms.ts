import { type Buckets, countedSince, quantileOf, toldQuantiles } from "../buckets.ts";
import type { Exposed } from "./exposition.ts";

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

/** Undefined where it is no bucket, or says of none where it ends. */
const boundOf = ({ name, labels }: Exposed): number | undefined => {
  if (!name.endsWith("_bucket")) return undefined;
  const le = labels.find((label) => label.name === "le")?.value;
  const bound = le === undefined ? Number.NaN : le === "+Inf" ? Infinity : Number(le);
  return Number.isNaN(bound) ? undefined : bound;
};

const keyOf = ({ name, labels }: Exposed): string =>
  JSON.stringify([name, ...labels.filter((label) => label.name !== "le").map((label) => [label.name, label.value])]);

function quantilesOf({ name, labels, timestampMs }: Exposed, now: Buckets, before: Buckets | undefined): Exposed[] {
  const counted = before === undefined ? undefined : countedSince(now, before);
  if (counted === undefined) return [];
  const own = labels.filter((label) => label.name !== "le");
  return toldQuantiles.map((quantile) => ({
    name: name.slice(0, -"_bucket".length),
    labels: [...own, { name: "quantile", value: String(quantile) }],
    value: quantileOf(quantile, counted),
    timestampMs,
  }));
}
