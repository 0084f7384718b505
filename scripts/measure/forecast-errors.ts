import type { Insight } from "../../schemas/types/avro.ts";
import { apply } from "../package/apply-records.ts";
import { asLoad, micros, type TraceWindow } from "./load-traces.ts";

/** How good the forecasts of one quantity at one horizon were, over one half of a trace by the time of what came. */
export interface ForecastErrors {
  readonly quantity: "requests" | "inputTokens" | "outputTokens";
  readonly horizonS: number;
  readonly half: "first" | "second";
  /** Sum of errors by the sum of what came. */
  readonly wape: number;
  /** The same for what came a day before; NaN where nothing did. */
  readonly wapeOfYesterday: number;
  /** Intervals that promised the level aimed at. */
  readonly full: Promises;
  /** Those that promised less, and something. */
  readonly less: Promises;
}

/** What intervals promised and held. */
export interface Promises {
  readonly count: number;
  /** Mean level, 0 to 1. */
  readonly told: number;
  /** Share that held what came. */
  readonly held: number;
}

/** Runs `scaling` over a trace in windows of `windowS` and compares each forecast with the window it was for. */
export async function forecastErrors(
  windows: readonly TraceWindow[],
  { windowS, horizonsS, level = 0.9 }: { windowS: number; horizonsS: readonly number[]; level?: number },
): Promise<ForecastErrors[]> {
  const ends = new Map(windows.map((window) => [micros(window.startS + windowS), window]));
  const middle = micros((windows[Math.floor(windows.length / 2)]?.startS ?? 0) + windowS);
  const sums = new Map<string, Sums>();
  const set = { "scaling.horizonsS": horizonsS.join(","), "scaling.level": level };
  for await (const { topic, value } of apply("scaling", asLoad(windows, windowS), { set })) {
    const forecast = topic === "gatewatch.insight" ? (value as unknown as Insight).forecast : null;
    if (forecast === null) continue;
    const target = forecast.originTs + forecast.horizonS * 1e6;
    const quantity = forecast.quantity as ForecastErrors["quantity"];
    const came = ends.get(target)?.[quantity];
    if (came === undefined) continue;
    const place = `${quantity} ${forecast.horizonS} ${target <= middle ? "first" : "second"}`;
    const sum = sums.get(place) ?? { error: 0, came: 0, before: { error: 0, came: 0 }, full: noPromise(), less: noPromise() };
    sums.set(place, sum);
    add(sum, forecast, came, level);
    const before = ends.get(target - 86_400e6)?.[quantity];
    if (before === undefined) continue;
    sum.before.error += Math.abs(came - before);
    sum.before.came += came;
  }
  return [...sums].map(([place, sum]) => {
    const [quantity, horizon, half] = place.split(" ") as [ForecastErrors["quantity"], string, ForecastErrors["half"]];
    const wapeOfYesterday = sum.before.error / sum.before.came;
    const of = { quantity, horizonS: Number(horizon), half };
    return { ...of, wape: sum.error / sum.came, wapeOfYesterday, full: meanOf(sum.full), less: meanOf(sum.less) };
  });
}

type Sum = { count: number; told: number; held: number };
interface Sums {
  error: number;
  came: number;
  readonly before: { error: number; came: number };
  readonly full: Sum;
  readonly less: Sum;
}
const noPromise = (): Sum => ({ count: 0, told: 0, held: 0 });
const meanOf = ({ count, told, held }: Sum): Promises => ({ count, told: told / count, held: held / count });

/** In place. Intervals of level 0 are none. */
function add(sum: Sums, { point, low, high, level }: NonNullable<Insight["forecast"]>, came: number, wanted: number): void {
  sum.error += Math.abs(came - point);
  sum.came += came;
  if (level === 0) return;
  const promises = level >= wanted ? sum.full : sum.less;
  promises.count += 1;
  promises.told += level;
  if (came >= low && came <= high) promises.held += 1;
}
