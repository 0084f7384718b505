import type { FieldSpecs, StructOf } from "../stream/codec.ts";

/** The form of an interval's state in a checkpoint; lists are bounded by `memory`. */
export const intervalFields = {
  /** Newest last: log ratios of what came to what was forecast. */
  residuals: { list: "float64" },
  /** How many independent errors they stand for: those of forecasts whose spans overlap are partly one error. */
  worth: "float64",
  /** Miss rate aimed at for each tail; it moves with the misses (adaptive conformal inference). */
  lowMiss: "float64",
  highMiss: "float64",
  /** How often an interval was tried, and how often it held what came. */
  tried: "float64",
  held: "float64",
} as const satisfies FieldSpecs;

/** What is known of one quantity's forecast errors at one horizon. */
export type IntervalState = StructOf<typeof intervalFields>;

/** A forecast with bounds. `level` is the probability that these residuals can promise, below the level aimed at while they are few. */
export interface Interval {
  readonly point: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

/** Residuals remembered: enough for tails of one in a hundred, few enough to follow a change of regime. */
export const memory = 300;
/** Step of the miss rates; 0.005 to 0.05 in the paper, small since each tail has its own. */
const step = 0.01;
/** Added to both sides of a ratio, in units of the quantity: a window of nothing then has a logarithm. */
const offset = 1;

export const newInterval = (level: number): IntervalState => ({
  residuals: [],
  worth: 0,
  lowMiss: (1 - level) / 2,
  highMiss: (1 - level) / 2,
  tried: 0,
  held: 0,
});

/**
 * Bounds around `point` (0 or more) from past residuals, each tail by its own quantile; load errs by factors, so residuals are
 * log ratios and the bounds never fall below 0. With n independent residuals no bound can promise more than (n - 1) / (n + 1):
 * until that reaches `level`, the widest residuals are the bounds and the level says what they are worth, 0 where there is one.
 *
 * Source: adaptive conformal inference, Gibbs and Candès 2021 (arXiv 2106.00170), on each tail.
 */
export function intervalOf({ residuals, worth, lowMiss, highMiss }: IntervalState, point: number, level: number): Interval {
  if (residuals.length === 0) return { point, low: point, high: point, level: 0 };
  const promised = Math.max(0, (worth - 1) / (worth + 1));
  const few = promised < level;
  const sorted = Float64Array.from(residuals).sort();
  return {
    point,
    low: Math.min(point, bound(point, fromBelow(sorted, few ? 0 : lowMiss))),
    high: Math.max(point, bound(point, -fromBelow(sorted.map(negated).sort(), few ? 0 : highMiss))),
    level: Math.min(level, promised),
  };
}

/**
 * Learns what came for the interval that was told; `apart` is how much of the time it spanned no earlier one did, 0 to 1. A level
 * aimed at that could not be told yet is nothing to adapt to. In place.
 */
export function learn(state: IntervalState, told: Interval, came: number, level: number, apart = 1): void {
  if (told.level > 0) {
    const under = came < told.low;
    const over = came > told.high;
    state.tried += 1;
    if (!under && !over) state.held += 1;
    if (told.level >= level) {
      // A tail is widened where it missed, narrowed a little where it held; never so far that it cannot come back.
      const aim = (1 - level) / 2;
      state.lowMiss = clamped(state.lowMiss + step * (aim - (under ? 1 : 0)));
      state.highMiss = clamped(state.highMiss + step * (aim - (over ? 1 : 0)));
    }
  }
  state.residuals.push(Math.log((came + offset) / (told.point + offset)));
  state.worth += apart;
  if (state.residuals.length > memory) {
    state.worth -= state.worth / state.residuals.length;
    state.residuals.shift();
  }
}

const clamped = (miss: number): number => Math.min(0.4, Math.max(0, miss));
const negated = (residual: number): number => -residual;
const bound = (point: number, residual: number): number => Math.max(0, (point + offset) * Math.exp(residual) - offset);

/** The residual below which a share `miss` of (n + 1) lies; the smallest where there are too few to tell. */
function fromBelow(sorted: Float64Array, miss: number): number {
  const rank = Math.floor(miss * (sorted.length + 1));
  return sorted[Math.max(0, rank - 1)] ?? 0;
}
