import type { FieldSpecs, StructOf } from "../stream/codec.ts";

/** Values before, newest first, that the next one is forecast from. */
const lags = 8;
/** Harmonics of the day, so that a daily season is part of the forecast. */
const harmonics = 3;
const size = lags + 2 * harmonics + 1;
/** Entries on and above the diagonal of the symmetric covariance. */
const triangle = (size * (size + 1)) / 2;
/** Weight of a step that lies one step back: a thousand steps are remembered. */
const forgetting = 0.999;
const firstCovariance = 10;
/** Of the regressors that are not values: they are kept as small as scaled values are. */
const unit = 0.3;
/** A covariance that has grown so far tells of a flat or collinear series, and begins again. */
const windUp = 1e5;
/** Mean absolute error to standard deviation, of a normal error. */
const absoluteToDeviation = Math.sqrt(Math.PI / 2);
/** Spread that is never taken for less, in scaled units: a flat series would alarm at its first wiggle. */
const floor = 0.005;
const learntDeviations = 5;
/** One absurd value among the regressors would ruin covariance and forecasts for long: they hold none farther than this from the scale. */
const beyondScale = 30;
const withinReach = (value: number): number => Math.max(-beyondScale, Math.min(1 + beyondScale, value));

/** A filter in a checkpoint: 2 kB a series. Lists have a fixed length once the filter has begun. */
export const filterFields = {
  weights: { list: "float64" },
  /** Upper triangle, row by row. */
  covariance: { list: "float64" },
  /** Newest first; shorter than `lags` at the beginning and after a gap. */
  values: { list: "float64" },
  /** Exponentially weighted mean of the cut absolute error. */
  spread: "float64",
  steps: "uint32",
} as const satisfies FieldSpecs;

/** What a filter knows of its series. */
export type Filter = StructOf<typeof filterFields>;

/** A filter that knows nothing: its first forecasts are the last value. */
export const newFilter = (): Filter => ({ weights: [], covariance: [], values: [], spread: 0, steps: 0 });

/** What was expected of a value, and how far it came from that. Scaled units. */
export interface Residual {
  readonly expected: number;
  /** Standard deviation that errors have had so far, never below 0.005. */
  readonly deviation: number;
  /** Of the value from the forecast, in deviations; the sign is that of the error. */
  readonly deviations: number;
}

/**
 * Forecasts `value` (scaled so that usual values lie between 0 and 1), then learns from it; undefined while the lags are not
 * full. `ts` is its time in microseconds. An error is cut at five deviations before it is learnt, so that one spike does not
 * teach the filter that spikes are normal, and a value at 30 scales before others are forecast from it. Changes `filter` in place.
 *
 * An autoregression of order 8 with three harmonics of the day, by recursive least squares. Only the upper triangle of the
 * covariance is kept: where both halves are computed, their rounding drifts apart and the filter diverges after some 40,000 steps.
 *
 * Source: S. Haykin, Adaptive Filter Theory, chapter 10 (recursive least squares with forgetting).
 */
export function forecastAndLearn(filter: Filter, value: number, ts: number): Residual | undefined {
  const known = filter.values.length;
  if (known < lags) {
    filter.values.unshift(withinReach(value));
    return undefined;
  }
  if (filter.weights.length === 0) begin(filter);
  const x = regressors(filter.values, ts);
  const expected = dot(filter.weights, x);
  const error = value - expected;
  const deviation = absoluteToDeviation * filter.spread + floor;
  const cut = Math.max(-learntDeviations * deviation, Math.min(learntDeviations * deviation, error));
  filter.steps += 1;
  filter.spread += Math.max(0.004, 1 / filter.steps) * (Math.abs(cut) - filter.spread);
  update(filter, x, cut);
  filter.values.pop();
  filter.values.unshift(withinReach(value));
  return { expected, deviation, deviations: error / deviation };
}

/** After a gap the values before it say nothing of the next one; weights and spread stay. In place. */
export function forgetLags(filter: Filter): void {
  filter.values = [];
}

/**
 * Carries a filter over to another unit, in which a value v of the old one is `offset + factor * v`: the same forecasts in the
 * new unit. The covariance stays: it says how sure the weights are, and only the last of them depends on the unit. In place.
 */
export function rescale(filter: Filter, offset: number, factor: number): void {
  const { weights, values } = filter;
  for (let i = 0; i < values.length; i += 1) values[i] = offset + factor * (values[i] as number);
  filter.spread *= factor;
  if (weights.length === 0) return;
  let kept = 0;
  for (let i = 0; i < lags; i += 1) kept += weights[i] as number;
  for (let i = lags; i < size; i += 1) weights[i] = (weights[i] as number) * factor;
  weights[size - 1] = (weights[size - 1] as number) + (offset * (1 - kept)) / unit;
  filter.covariance = firstTriangle();
}

function begin(filter: Filter): void {
  filter.weights = Array.from({ length: size }, (_, i) => (i === 0 ? 1 : 0));
  filter.covariance = firstTriangle();
}

function firstTriangle(): number[] {
  const covariance = new Array<number>(triangle).fill(0);
  for (let i = 0, at = 0; i < size; at += size - i, i += 1) covariance[at] = firstCovariance;
  return covariance;
}

const dayUs = 86_400_000_000;
const x = new Float64Array(size);

/** One buffer for all: it is filled and used within a step. */
function regressors(values: readonly number[], ts: number): Float64Array {
  for (let i = 0; i < lags; i += 1) x[i] = values[i] as number;
  const phase = (2 * Math.PI * (ts % dayUs)) / dayUs;
  for (let k = 1; k <= harmonics; k += 1) {
    x[lags + 2 * k - 2] = unit * Math.cos(k * phase);
    x[lags + 2 * k - 1] = unit * Math.sin(k * phase);
  }
  x[size - 1] = unit;
  return x;
}

function dot(weights: readonly number[], regressor: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < size; i += 1) sum += (weights[i] as number) * (regressor[i] as number);
  return sum;
}

const gain = new Float64Array(size);

/** One step of the recursion; the covariance stays symmetric because only one half of it exists. */
function update(filter: Filter, regressor: Float64Array, error: number): void {
  const { weights, covariance } = filter;
  multiply(covariance, regressor);
  let denominator = forgetting;
  for (let i = 0; i < size; i += 1) denominator += (regressor[i] as number) * (gain[i] as number);
  const step = error / denominator;
  let trace = 0;
  for (let i = 0, at = 0; i < size; i += 1) {
    const gainI = gain[i] as number;
    weights[i] = (weights[i] as number) + gainI * step;
    const scaled = gainI / denominator;
    for (let j = i; j < size; j += 1, at += 1) {
      const next = ((covariance[at] as number) - scaled * (gain[j] as number)) / forgetting;
      covariance[at] = next;
      if (j === i) trace += next;
    }
  }
  if (!(trace < windUp)) filter.covariance = firstTriangle();
}

/** Covariance times regressor, into `gain`. */
function multiply(covariance: readonly number[], regressor: Float64Array): void {
  gain.fill(0);
  for (let i = 0, at = 0; i < size; i += 1) {
    const own = regressor[i] as number;
    let sum = (covariance[at] as number) * own;
    at += 1;
    for (let j = i + 1; j < size; j += 1, at += 1) {
      const entry = covariance[at] as number;
      sum += entry * (regressor[j] as number);
      gain[j] = (gain[j] as number) + entry * own;
    }
    gain[i] = (gain[i] as number) + sum;
  }
}
