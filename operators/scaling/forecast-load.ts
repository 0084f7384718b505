import type { OperatorFunction } from "rxjs";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import { type Interval, intervalFields, intervalOf, learn, newInterval } from "../conformal/adaptive-interval.ts";
import { scopeKey } from "../load/scope.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { drop, ok } from "../stream/outcome.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";

/** What is forecast, per window of the input. */
export const quantities = ["requests", "inputTokens", "outputTokens"] as const;
/** One of them. */
export type Quantity = (typeof quantities)[number];

/** One quantity at one horizon. `held` of `tried` earlier intervals held what came. */
export interface QuantityForecast extends Interval {
  readonly quantity: Quantity;
  readonly horizonS: number;
  readonly tried: number;
  readonly held: number;
}

/** A window of load and what is expected after it; `forecasts` has one entry a horizon and quantity, in that order. */
export interface ForecastLoad {
  readonly window: LoadWindow;
  readonly forecasts: readonly QuantityForecast[];
}

const toldFields = { point: "float64", low: "float64", high: "float64", level: "float64" } as const;
const seriesFields = {
  interval: { struct: intervalFields },
  learnt: "int64",
  told: { list: { struct: { target: "int64", ...toldFields } } },
} as const;
/** `series` has one entry a horizon and quantity: the last target learnt from, and what was told and whose target is to come. */
const codec = struct({ lastStart: "int64", length: "int64", series: { list: { struct: seriesFields } } });
type State = StructOf<{ lastStart: "int64"; length: "int64"; series: { list: { struct: typeof seriesFields } } }>;
type Series = State["series"][number];

/** Horizons in seconds, ascending; level of the intervals, 0 to 1. */
export interface ForecastOptions {
  readonly horizonsS: readonly number[];
  readonly level: number;
  readonly maxKeys: number;
  readonly store: StoreFactory;
}

/**
 * Forecasts of a horizon that are judged: six in its length at most. The errors of two windows that lie close together are nearly
 * one error; to keep each, as with windows of 10 s and an hour ahead, would fill the memory with an hour. The six count as one
 * error where a level is promised: taken for six, they held 57 % of what they told 80 % for.
 */
const judgedInHorizon = 6;

/**
 * Forecasts each deployment's next windows by the last one, with intervals learnt from how that has erred.
 *
 *     windows     12   15   14          ─▶
 *     forecasts   12?  15?  14? each at every horizon, judged when the window comes that they were for
 *
 * Windows come in the order of their starts; one that is not after the last is dropped as out-of-order, a record for one class of service
 * as of-one-class, one without length as without-length. A gap is a gap: nothing is learnt from windows that did not come, and
 * nothing taken for zero. A forecast is judged by the window that ends at its target, up to half a window before it or less than
 * one after. State: 300 residuals and the forecasts to be judged, seven at most, a horizon and quantity.
 */
export function forecastLoad(
  name: string,
  { horizonsS, level, maxKeys, store }: ForecastOptions,
): OperatorFunction<Batch<LoadWindow>, Batch<ForecastLoad>> {
  const places = horizonsS.flatMap((horizonS) => quantities.map((quantity) => ({ horizonS, quantity })));
  return stage<State, LoadWindow, ForecastLoad>(
    name,
    {
      kind: "last-value-forecast",
      summary: "The last window again, with intervals learnt from its errors",
      settings: { horizonsS: horizonsS.map(String), level },
      state: {
        codec,
        initial: () => ({ lastStart: 0, length: 0, series: places.map(() => ({ interval: newInterval(level), learnt: 0, told: [] })) }),
      },
      drops: ["out-of-order", "of-one-class", "without-length"],
      step(state, window) {
        if (window.sloClass !== "") return drop("of-one-class");
        if (window.windowEnd === window.windowStart) return drop("without-length");
        if (window.windowStart <= state.lastStart) return drop("out-of-order");
        goOn(state, window);
        const forecasts = places.map(({ horizonS, quantity }, i): QuantityForecast => {
          const series = state.series[i] as Series;
          judge(series, window, window[quantity], { level, horizon: horizonS * 1e6 });
          const interval = intervalOf(series.interval, window[quantity], level);
          remember(series, window.windowEnd + Math.round(horizonS * 1e6), interval, (horizonS * 1e6) / judgedInHorizon);
          const { tried, held } = series.interval;
          return { quantity, horizonS, ...interval, tried, held };
        });
        return ok({ window, forecasts });
      },
    },
    { key: scopeKey, maxKeys, store },
  );
}

/** A producer whose windows have another length now is asked nothing about the old ones: they were in another unit. In place. */
function goOn(state: State, { windowStart, windowEnd }: LoadWindow): void {
  const length = windowEnd - windowStart;
  if (length !== state.length) for (const series of state.series) series.told = [];
  state.length = length;
  state.lastStart = windowStart;
}

/** Keeps a forecast to be judged, unless one is kept that is less than `apart` before it. In place. */
function remember({ told }: Series, target: number, interval: Interval, apart: number): void {
  const last = told.at(-1);
  if (last === undefined || target - last.target >= apart) told.push({ target, ...interval });
}

/** Learns from every forecast whose target this window is; those for windows that never came are forgotten. In place. */
function judge(
  series: Series,
  { windowStart, windowEnd }: LoadWindow,
  came: number,
  { level, horizon }: { level: number; horizon: number },
): void {
  const length = windowEnd - windowStart;
  let passed = 0;
  for (const { target, ...told } of series.told) {
    if (target > windowEnd + length / 2) break;
    passed += 1;
    if (target <= windowEnd - length) continue;
    learn(series.interval, told, came, level, Math.min(1, (target - series.learnt) / horizon));
    series.learnt = target;
  }
  series.told.splice(0, passed);
}
