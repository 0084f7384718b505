import type { OperatorFunction } from "rxjs";
import { z } from "zod";
import { filterFields, forecastAndLearn, forgetLags, newFilter, type Residual, rescale } from "../forecasters/recursive-least-squares.ts";
import { bounded } from "../series/series-key.ts";
import type { SeriesValue } from "../series/series-values.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { ok } from "../stream/outcome.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";
import { maximumFields, newMaximum, passNewMaximum } from "./new-maximum.ts";

/** Of the alerts that become of spikes, and of the scores behind them. */
export const spikeKind = "metric.spike";

/** Options of the detector; a pipeline spreads them into its own. */
export const spikeOptions = {
  limit: z.number().positive().default(5).describe("score from which a value is a spike: deviations of the forecast's error"),
  warmUp: z
    .int()
    .min(20)
    .default(50)
    .describe("forecasts of a series, and moves where it is not constant, before any is judged; 38 values come before the first"),
  reach: z.int().positive().default(10).describe("a score is said only where it exceeds all of so many before it"),
};

/** A value with its forecast; `score` is 0 before warm-up and where a larger one has just been said. Unit of the series. */
export interface Judged extends SeriesValue {
  readonly expected: number;
  readonly deviation: number;
  /** Deviations from the forecast, against the largest errors of the series too; after the filter for new maxima. */
  readonly score: number;
  readonly isSpike: boolean;
  readonly learnt: number;
}

const fields = {
  filter: { struct: filterFields },
  maximum: { struct: maximumFields },
  /** Range that values were seen in, from which they are scaled. */
  low: "float64",
  high: "float64",
  seen: "uint32",
  /** Values that were not the one before. */
  moves: "uint32",
  last: "float64",
  /** Largest error, decaying; in the unit of the series. */
  peak: "float64",
} as const;
type State = StructOf<typeof fields>;

/** Values before a filter begins: their range is the first scale. */
const scaleFrom = 30;
/** Share of its range by which one value may widen the scale: a spike of a thousand ranges must not make all others small. */
const widening = 0.5;
/** Steps in which the memory of the largest error halves. */
const peakHalfLife = 16_000;
/** A twentieth of the largest error counts as a deviation, so what is under a quarter of it is no spike at a limit of 5. */
const peakShare = 0.05;
/**
 * One error raises the memory of the largest to twice itself, or to so many deviations: a single absurd reading, such as an
 * overflow, then makes a series three times less sensitive and not deaf.
 */
const surePeak = 60;
/** A young series has not shown how large its errors can be: its scores are divided by up to three, and the excess halves in so many steps. */
const youth = 500;
const youthOf = (experience: number): number => 1 + 2 * 2 ** (-experience / youth);

/**
 * Says when a value is far from what the series itself foretold, measured in the errors it usually makes.
 *
 *     values    5  6  5  6  5  29  6  5  ─▶
 *     spikes    .  .  .  .  .  !   .  .         a new level is said once, and is what is expected from then on
 *
 * The forecast is an autoregression with the day's harmonics (recursive least squares). A series that has been 0 all along has
 * no scale and is not judged, one that moves rarely not before it has moved `warmUp` times. State: 1.6 kB a series in a checkpoint, some 4 kB in memory.
 */
export function residualSpike(
  name: string,
  {
    limit,
    warmUp,
    reach,
    maxKeys,
    store,
  }: { readonly [K in keyof typeof spikeOptions]: number } & { maxKeys: number; store: StoreFactory },
): OperatorFunction<Batch<SeriesValue>, Batch<Judged>> {
  return stage<State, SeriesValue, Judged>(
    name,
    {
      kind: "residual-spike",
      summary: "A value far from what its series foretold",
      settings: { limit, warmUp, reach },
      state: {
        codec: struct(fields),
        initial: () => ({ filter: newFilter(), maximum: newMaximum(), low: 0, high: 0, seen: 0, moves: 0, last: 0, peak: 0 }),
      },
      step(state, reading, { scored }) {
        const { value, sample } = reading;
        const experience = experienceOf(state, value);
        if (state.seen < scaleFrom || state.high - state.low < 1e-150) {
          learnScale(state, value);
          return ok({ ...reading, expected: value, deviation: 0, score: 0, isSpike: false, learnt: 0 });
        }
        if (reading.afterGap) forgetLags(state.filter);
        const learnt = state.filter.steps;
        const { offset, width } = scaleOf(state);
        const residual = forecastAndLearn(state.filter, (value - offset) / width, sample.ts);
        const raw = residual === undefined ? 0 : scoreOf(state, residual, width) / youthOf(experience);
        widen(state, value);
        const judged = Math.min(experience, learnt) >= warmUp && residual !== undefined;
        const score = judged ? passNewMaximum(state.maximum, raw, reach) : 0;
        if (score > 0) scored?.(spikeKind, score / (1 + score), null);
        return ok({
          ...reading,
          expected: residual === undefined ? value : offset + width * residual.expected,
          deviation: residual === undefined ? 0 : width * residual.deviation,
          score,
          isSpike: score >= limit,
          learnt,
        });
      },
    },
    { key: ownKey, maxKeys, store },
  );
}

/** Another revision of a model begins its own forecasts. */
const ownKey = ({ key, sample: { modelRevision } }: SeriesValue): string => `${bounded(modelRevision)}|${modelRevision.length}|${key}`;

/**
 * Values that say how a series moves: all of one that has been still so far, since its stillness is what is expected, and only the
 * moves of another. A queue that is empty for hours is not known by its zeros. Takes the value in.
 */
function experienceOf(state: State, value: number): number {
  const { seen, moves, last } = state;
  if (seen > 0 && value !== last) state.moves += 1;
  state.last = value;
  return moves === 0 ? state.filter.steps : moves;
}

/** Values of a constant series lie within a tenth of it; one of nothing but zeros has no scale at all. */
function learnScale(state: State, value: number): void {
  state.low = state.seen === 0 ? value : Math.min(state.low, value);
  state.high = state.seen === 0 ? value : Math.max(state.high, value);
  state.seen += 1;
  const size = Math.max(Math.abs(state.low), Math.abs(state.high));
  // What moves by less than a millionth only rounds; what is this small could not be divided by.
  if (state.seen < scaleFrom || state.high - state.low > 1e-6 * size || size < 1e-150) return;
  state.low -= 0.05 * size;
  state.high += 0.05 * size;
}

/** Half a range of room on both sides. */
const scaleOf = ({ low, high }: State) => ({ offset: low - 0.5 * (high - low), width: 2 * (high - low) });

/** The error in deviations, and in those of the largest errors the series has made; learns the error. */
function scoreOf(state: State, { deviation, deviations }: Residual, width: number): number {
  const error = Math.abs(deviations) * deviation * width;
  const score = error / Math.max(deviation * width, peakShare * state.peak);
  const faded = state.peak * 2 ** (-1 / peakHalfLife);
  state.peak = Math.max(faded, Math.min(error, Math.max(2 * faded, surePeak * deviation * width)));
  return score;
}

/** Carries the filter over to a wider scale where a value lies outside the one so far. */
function widen(state: State, value: number): void {
  if (value >= state.low && value <= state.high) return;
  const before = scaleOf(state);
  const most = widening * (state.high - state.low);
  if (value > state.high) state.high = Math.min(value, state.high + most);
  else state.low = Math.max(value, state.low - most);
  const after = scaleOf(state);
  rescale(state.filter, (before.offset - after.offset) / after.width, before.width / after.width);
}
