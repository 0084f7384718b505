import type { OperatorFunction } from "rxjs";
import type { MetricSample } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { drop, none, ok } from "../stream/outcome.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";
import { seriesKey } from "./series-key.ts";

/** A sample with what is to be judged of it. */
export interface SeriesValue {
  readonly sample: MetricSample;
  /** Of the series, as stores know it. */
  readonly key: string;
  /** The sample's own value, or of a counter its increase a second. */
  readonly value: number;
  readonly isRate: boolean;
  /** The series was silent for so long that the values before say nothing of this one. */
  readonly afterGap: boolean;
}

const fields = { lastTs: "int64", lastRaw: "float64", interval: "float64", count: "uint32" } as const;
type State = StructOf<typeof fields>;

const largest = 1e150;
/** Usual intervals that make a gap. */
const gapIntervals = 5;
/** Weight of the newest interval. */
const intervalWeight = 0.1;

/**
 * Values of each series in the order of its own time. A sample that is not after the last of its series is dropped as
 * out-of-order, also a repeated one. A counter becomes its increase a second: its first sample and one that has fallen (a
 * restart) bring nothing, since how much was counted before it is not known. A value of 1e150 or more is dropped as too-large.
 *
 *     counter    5   9   2   8    every second
 *     values     .   4   .   6
 *
 * State: four numbers a series.
 */
export function seriesValues(
  name: string,
  { maxKeys, store }: { readonly maxKeys: number; readonly store: StoreFactory },
): OperatorFunction<Batch<MetricSample>, Batch<SeriesValue>> {
  return stage<State, MetricSample, SeriesValue>(
    name,
    {
      kind: "series-values",
      summary: "In the order of the series; counters as increase a second",
      state: { codec: struct(fields), initial: () => ({ lastTs: 0, lastRaw: 0, interval: 0, count: 0 }) },
      drops: ["out-of-order", "too-large"],
      step(state, sample, at) {
        if (state.count > 0 && sample.ts <= state.lastTs) return drop("out-of-order");
        const before = state.lastRaw;
        const elapsed = sample.ts - state.lastTs;
        const known = state.count;
        const afterGap = known > 2 && elapsed > gapIntervals * state.interval;
        remember(state, sample, elapsed);
        const isRate = isCounter(sample);
        if (isRate && (known === 0 || sample.value < before)) return none();
        const value = isRate ? ((sample.value - before) / elapsed) * 1e6 : sample.value;
        // Squares of larger values are no numbers any more.
        return Math.abs(value) < largest ? ok({ sample, key: at.key, value, isRate, afterGap }) : drop("too-large");
      },
    },
    { key: seriesKey, maxKeys, store },
  );
}

/** A gap is cut before it is learnt: one night of silence is not the interval of the series. */
function remember(state: State, { ts, value }: MetricSample, elapsed: number): void {
  if (state.count === 1) state.interval = elapsed;
  if (state.count > 1) state.interval += intervalWeight * (Math.min(elapsed, 2 * state.interval) - state.interval);
  state.lastTs = ts;
  state.lastRaw = value;
  state.count = Math.min(state.count + 1, 1_000);
}

/** As Prometheus names what only grows: totals, and the sums, counts and buckets of histograms. */
const counterName = /_(?:total|count|sum|bucket)$/;

/** By its unit where that is `counter` or `gauge`, else by its name. */
export const isCounter = ({ name, unit }: MetricSample): boolean => unit === "counter" || (unit !== "gauge" && counterName.test(name));
