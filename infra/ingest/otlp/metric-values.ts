import { type Buckets, quantileOf, toldQuantiles } from "../buckets.ts";
import { engines } from "../prometheus/engines.ts";
import { BucketMemory, explicitBuckets, exponentialBuckets } from "./histogram-points.ts";
import type { OtlpMetric, OtlpRequest } from "./request.ts";
import { labelsOf, type Whose, whoseOf } from "./resource.ts";

/** A request as values of `moe.metric`. */
export interface OtlpValues {
  readonly values: readonly Readonly<Record<string, unknown>>[];
  /** Of each value, the data point it comes of: a histogram's point makes several. */
  readonly points: readonly number[];
  /** Reasons why data points could not be used, one each. */
  readonly refused: readonly string[];
}

const delta = 1;
const cumulative = 2;
/** The flag of a point that says only that there is nothing to say. */
const noRecordedValue = 1;
/** Series whose buckets are remembered, and the buckets of all of them: 16 bytes each. */
const mostRemembered = { series: 20_000, buckets: 1_000_000 };

interface Stamp {
  readonly timeUnixNano: number;
  readonly startTimeUnixNano: number;
  readonly flags: number;
  readonly attributes: Parameters<typeof labelsOf>[0];
}

interface Figure {
  readonly suffix: string;
  readonly value: number;
  readonly unit: string;
  readonly quantile?: number;
}

/**
 * Gauges and sums by their name, counters marked as such; a sum of differences (delta) as `NAME_per_second`; of histograms
 * `NAME_count`, `NAME_sum` and the quantiles of what was counted since the point before. A point without a number that is finite
 * is refused and costs no other.
 */
export class MetricValues {
  readonly #deploymentId: string;
  readonly #now: () => number;
  readonly #memory: BucketMemory;

  constructor({ deploymentId, now = Date.now }: { deploymentId: string; now?: () => number }) {
    this.#deploymentId = deploymentId;
    this.#now = now;
    this.#memory = new BucketMemory(mostRemembered);
  }

  of({ resourceMetrics }: OtlpRequest): OtlpValues {
    const values: Record<string, unknown>[] = [];
    const points: number[] = [];
    const refused: string[] = [];
    let point = 0;
    for (const { resource, scopeMetrics } of resourceMetrics) {
      const whose = whoseOf(resource.attributes, this.#deploymentId);
      for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
        for (const [stamp, figures] of this.#figures(metric, whose)) {
          if ((stamp.flags & noRecordedValue) !== 0) continue;
          point += 1;
          const reason = metric.name === "" ? "a metric has no name" : reasonOf(figures);
          if (reason !== undefined) refused.push(`${metric.name}: ${reason}`);
          else
            for (const figure of figures) {
              values.push(this.#value(metric, whose, stamp, figure));
              points.push(point);
            }
        }
      }
    }
    return { values, points, refused };
  }

  #value({ name }: OtlpMetric, { labels, ...whose }: Whose, stamp: Stamp, { suffix, value, unit, quantile }: Figure) {
    const own = new Map([...labels, ...labelsOf(stamp.attributes)]);
    if (quantile !== undefined) own.set("quantile", String(quantile));
    const ts = stamp.timeUnixNano > 0 ? Math.round(stamp.timeUnixNano / 1_000) : this.#now() * 1_000;
    return { ...whose, ts, name: `${name}${suffix}`, value, unit, source: sourceOf(name), labels: Object.fromEntries(own) };
  }

  *#figures(metric: OtlpMetric, whose: Whose): Generator<[Stamp, Figure[]]> {
    const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
    for (const point of gauge?.dataPoints ?? []) yield [point, [{ suffix: "", value: numberOf(point), unit: ofGauge(metric) }]];
    for (const point of sum?.dataPoints ?? []) yield [point, sumFigures(metric, point)];
    for (const point of histogram?.dataPoints ?? []) {
      const { aggregationTemporality = 0 } = histogram ?? {};
      yield [point, this.#histogram(metric, whose, { ...point, buckets: explicitBuckets(point), aggregationTemporality })];
    }
    for (const point of exponentialHistogram?.dataPoints ?? []) {
      const { aggregationTemporality = 0 } = exponentialHistogram ?? {};
      yield [point, this.#histogram(metric, whose, { ...point, buckets: exponentialBuckets(point), aggregationTemporality })];
    }
    for (const point of summary?.dataPoints ?? [])
      yield [
        point,
        [
          ...totals(metric, point),
          ...point.quantileValues.map(({ quantile, value }) => ({ suffix: "", value, unit: ofGauge(metric), quantile })),
        ],
      ];
  }

  #histogram(metric: OtlpMetric, whose: Whose, counted: Counted): Figure[] {
    const { aggregationTemporality: kind, buckets } = counted;
    if (kind !== delta && kind !== cumulative) return [];
    const series = JSON.stringify([metric.name, whose.deploymentId, [...whose.labels], [...labelsOf(counted.attributes)]]);
    const since = buckets === undefined || kind === delta ? buckets : this.#memory.since(series, buckets);
    const quantiles = since !== undefined && (since.counts.at(-1) ?? 0) > 0 ? toldQuantiles : [];
    return [
      ...(kind === cumulative ? totals(metric, counted) : rates(metric, counted)),
      ...quantiles.map((quantile) => ({
        suffix: "",
        value: quantileOf(quantile, since as Buckets),
        unit: ofGauge(metric),
        quantile,
      })),
    ];
  }
}

interface Counted extends Stamp {
  readonly count: number;
  readonly sum?: number | undefined;
  readonly buckets: Buckets | undefined;
  readonly aggregationTemporality: number;
}

function sumFigures(metric: OtlpMetric, point: Stamp & { asDouble?: number | undefined; asInt?: number | undefined }): Figure[] {
  const { aggregationTemporality: kind, isMonotonic } = metric.sum ?? { aggregationTemporality: 0, isMonotonic: false };
  const value = numberOf(point);
  if (kind === delta) return [{ suffix: "_per_second", value: perSecond(value, point), unit: metric.unit }];
  return kind === cumulative ? [{ suffix: "", value, unit: isMonotonic ? "counter" : ofGauge(metric) }] : [];
}

const totals = ({ unit }: OtlpMetric, { count, sum }: Pick<Counted, "count" | "sum">): Figure[] => [
  { suffix: "_count", value: count, unit: "counter" },
  // Without a sum the SDK says that there were negative values: it does not only grow then.
  ...(sum === undefined ? [] : [{ suffix: "_sum", value: sum, unit }]),
];

const rates = ({ unit }: OtlpMetric, counted: Counted): Figure[] => [
  { suffix: "_count_per_second", value: perSecond(counted.count, counted), unit: "" },
  ...(counted.sum === undefined ? [] : [{ suffix: "_sum_per_second", value: perSecond(counted.sum, counted), unit }]),
];

const perSecond = (value: number, { timeUnixNano, startTimeUnixNano }: Stamp): number =>
  startTimeUnixNano > 0 && timeUnixNano > startTimeUnixNano ? value / ((timeUnixNano - startTimeUnixNano) / 1e9) : Number.NaN;

const numberOf = ({ asDouble, asInt }: { asDouble?: number | undefined; asInt?: number | undefined }): number =>
  asDouble ?? asInt ?? Number.NaN;

/** Names that sound like a counter's would be taken for one. */
const ofGauge = ({ name, unit }: OtlpMetric): string => (/_(?:total|count|sum|bucket)$/.test(name) ? "gauge" : unit);

function reasonOf(figures: readonly Figure[]): string | undefined {
  if (figures.length === 0) return "its temporality is neither delta nor cumulative";
  return figures.every(({ value }) => Number.isFinite(value)) ? undefined : "a value is missing or no finite number, or no time has passed";
}

const sourceOf = (name: string): string =>
  engines.find(({ prefixes }) => prefixes.some((prefix) => name.startsWith(prefix)))?.source ?? "UNKNOWN";
