import type { OperatorFunction } from "rxjs";
import { z } from "zod";
import type { Batch } from "../stream/batch.ts";
import { struct } from "../stream/codec.ts";
import { none, ok } from "../stream/outcome.ts";
import { stage, type Wiring } from "../stream/stage.ts";

/** Options of whatever judges by a baseline; a pipeline spreads them into its own. */
export const baselineOptions = {
  alpha: z.number().gt(0).lte(1).default(0.02).describe("weight of the newest reading in its baseline"),
  limit: z.number().positive().default(6).describe("deviations from the baseline that count as outside"),
  warmUp: z.int().min(2).default(30).describe("readings of a key before any is judged"),
  confirm: z.int().positive().default(2).describe("readings in a row that must be outside before it is said"),
};
/** What `baselineOptions` parse to. */
export type BaselineOptions = { [K in keyof typeof baselineOptions]: z.infer<(typeof baselineOptions)[K]> };

/** A number of a record that has a baseline, the side on which leaving it is bad, and its smallest credible deviation. */
export interface Measure<In> {
  readonly name: string;
  readonly bad: "high" | "low";
  readonly value: (record: In) => number;
  /** In the measure's unit: deviations are never taken from less. */
  readonly floor: number;
}

export interface JudgedBy<In> {
  readonly of: readonly Measure<In>[];
  /** Of the alerts that become of shifts; a record's score is that of its worst measure. */
  readonly kind: string;
}

/** Deviations to the bad side as a score that ranks: z / (1 + z), 0 on the good side. */
export const shiftScore = (deviations: number): number => Math.max(0, deviations) / (1 + Math.max(0, deviations));

/** A reading that has left its key's baseline. */
export interface Shift<In> {
  readonly record: In;
  readonly measure: string;
  /** In the measure's unit. */
  readonly observed: number;
  /** The baseline before the reading, in the measure's unit. */
  readonly expected: number;
  readonly deviation: number;
  /** `(observed - expected) / deviation`. */
  readonly deviations: number;
  /** Readings the baseline has learnt from. */
  readonly learnt: number;
}

/** With a share p of readings cut off at c deviations the variance grows without end where p c^2 is 1 or more: 2 bears a fourth. */
const learntDeviations = 2;

const judgedState = struct({
  measures: { list: { struct: { count: "uint32", mean: "float64", variance: "float64", outside: "uint32" } } },
});

/**
 * Says when a reading leaves its key's own exponentially weighted baseline, once for each time it leaves.
 *
 *     readings   5  5  5  5  9  9  9  5  ─▶
 *     shifts     .  .  .  .  .  !  .  .  ─▶     the second in a row confirms; it may speak again once it was inside
 *
 * A reading is judged against what came before it and learnt afterwards, cut off at two deviations (the mean of a normal
 * measure stays, its deviation reads 5 % low): neither one wild reading nor a fault that comes back for a fifth of the time
 * widens the baseline, while a lasting new level becomes normal. Cut off at `limit`, a fault of a ninth of the time was part of
 * the baseline for ever. Until `warmUp` readings the weight is that of a plain mean and the cut is at `limit`, so that the
 * deviation is found from nothing. Not for measures with a season. State: 32 bytes a key and measure.
 *
 * Source: T. Finch, Incremental calculation of weighted mean and variance, 2009, section 9; the cut: P. J. Huber, Robust
 * Statistics, 1981, proposal 2.
 */
export function baselineShift<In>(
  name: string,
  { of, kind, alpha, limit, warmUp, confirm, ...wiring }: Wiring<In> & BaselineOptions & JudgedBy<In>,
): OperatorFunction<Batch<In>, Batch<Shift<In>>> {
  return stage(
    name,
    {
      kind: "baseline-shift",
      summary: "A measure leaves its key's own baseline",
      settings: { of: of.map((measure) => measure.name), alpha, limit, warmUp, confirm },
      state: { codec: judgedState, initial: () => ({ measures: of.map(() => ({ count: 0, mean: 0, variance: 0, outside: 0 })) }) },
      step({ measures }, record, { scored }) {
        let shifts: Shift<In>[] | undefined;
        let worst = Number.NEGATIVE_INFINITY;
        for (let i = 0; i < of.length; i += 1) {
          const measure = of[i] as Measure<In>;
          const baseline = measures[i] as (typeof measures)[number];
          const observed = measure.value(record);
          const { count, mean } = baseline;
          const expected = count === 0 ? observed : mean;
          const deviation = Math.max(Math.sqrt(baseline.variance), measure.floor);
          const deviations = (observed - expected) / deviation;
          const worse = measure.bad === "high" ? deviations : -deviations;
          const cut = count < warmUp ? limit : learntDeviations;
          learn(baseline, expected, Math.max(-cut, Math.min(cut, deviations)) * deviation, Math.max(alpha, 1 / (count + 1)));
          if (count < warmUp) continue;
          if (worse > worst) worst = worse;
          baseline.outside = worse > limit ? baseline.outside + 1 : 0;
          if (baseline.outside !== confirm) continue;
          shifts ??= [];
          shifts.push({ record, measure: measure.name, observed, expected, deviation, deviations, learnt: count });
        }
        if (worst > Number.NEGATIVE_INFINITY) scored?.(kind, shiftScore(worst), null);
        return shifts === undefined ? none() : ok(...shifts);
      },
    },
    wiring,
  );
}

/** Weighted mean and variance in one step; the variance takes the distance from the mean before. */
function learn(baseline: { count: number; mean: number; variance: number }, mean: number, distance: number, weight: number): void {
  baseline.count += 1;
  baseline.mean = mean + weight * distance;
  baseline.variance = (1 - weight) * (baseline.variance + weight * distance * distance);
}
