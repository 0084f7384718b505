import { quantileSorted } from "simple-statistics";
import type { SeriesScore } from "../../schemas/types/avro.ts";
import { type Judged, spikeKind } from "../detectors/residual-spike.ts";
import { bounded, labelsOf, seriesId } from "../series/series-key.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { type Outcome, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import type { Aggregate } from "../windows/tumbling-window.ts";

const source = { struct: { topic: "string", partition: "uint32", offset: "int64" } } as const;
const sampleFields = { stride: "uint32", n: "uint32", max: "float64", values: { list: "float64" } } as const;
const fields = {
  clusterId: "string",
  deploymentId: "string",
  instanceId: "string",
  metric: "string",
  series: "string",
  labels: { list: { struct: { name: "string", value: "string" } } },
  value: { struct: sampleFields },
  score: { struct: sampleFields },
  first: { list: source },
  last: { list: source },
} as const;
type Sample = StructOf<typeof sampleFields>;

/** A series over one window, before it is told kind by kind. */
export interface SeriesWindow {
  readonly kept: StructOf<typeof fields>;
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** The codec's form, for tests. */
export const seriesWindowCodec = struct(fields);

/** Values of a window that quantiles are taken from; where more come every second one is left out, then every fourth. */
const mostValues = 512;

/** Values of one series and their scores over a window: all are counted, quantiles are of a bounded, even sample. */
export const seriesWindow: Aggregate<typeof fields, Judged, SeriesWindow> = {
  fields,
  initial({ sample }, at) {
    const { clusterId, deploymentId, instanceId, name } = sample;
    const from = [...sourcesOf(at)];
    return {
      clusterId,
      deploymentId,
      instanceId,
      metric: bounded(name),
      series: seriesId(sample),
      labels: labelsOf(sample),
      value: empty(),
      score: empty(),
      first: from,
      last: from,
    };
  },
  add(kept, { value, score }, at) {
    take(kept.value, value);
    take(kept.score, score);
    if (at.origin !== undefined) kept.last = [...sourcesOf(at)];
  },
  result: (kept, start, end, key) => ({ kept, key, start, end }),
};

const empty = (): Sample => ({ stride: 1, n: 0, max: Number.NEGATIVE_INFINITY, values: [] });

function take(sample: Sample, value: number): void {
  if (sample.n % sample.stride === 0) sample.values.push(value);
  sample.n += 1;
  if (value > sample.max) sample.max = value;
  if (sample.values.length < mostValues) return;
  sample.values = sample.values.filter((_, i) => i % 2 === 0);
  sample.stride *= 2;
}

/** One record for the values (kind `value`) and one for their scores. */
export function seriesScores({ kept, key, start, end }: SeriesWindow): Outcome<SeriesScore> {
  const { clusterId, deploymentId, instanceId, metric, series, labels, first, last } = kept;
  const record = (kind: string, { n, max, values }: Sample): SeriesScore => {
    const sorted = values.toSorted((a, b) => a - b);
    const quantile = (share: number) => quantileSorted(sorted, share);
    return {
      id: outputId(["metrics", clusterId, deploymentId, "score", kind, key, start]),
      ts: end,
      pipeline: "metrics",
      clusterId,
      deploymentId,
      entity: { type: "series", id: series },
      sources: first[0]?.offset === last[0]?.offset ? first : [...first, ...last],
      modelVersion: "rls-8-3",
      windowStart: start,
      windowEnd: end,
      series,
      metric,
      labels,
      instanceId,
      kind,
      requestId: null,
      n,
      median: quantile(0.5),
      iqr: Math.max(0, quantile(0.75) - quantile(0.25)),
      max,
      probability: null,
    };
  };
  return ok(record("value", kept.value), record(spikeKind, scaled(kept.score)));
}

/** Scores as they stand everywhere: z / (1 + z). */
const scaled = ({ n, max, values, stride }: Sample): Sample => ({
  n,
  stride,
  max: max / (1 + max),
  values: values.map((z) => z / (1 + z)),
});
