import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Alert } from "../../schemas/types/avro.ts";
import { apply, type InputRecord } from "../package/apply-records.ts";
import { rowsOf } from "./data-sets.ts";

/** A value of a series with what people said of it. */
export interface Labelled {
  readonly part: "train" | "test";
  /** Seconds since 1970. */
  readonly ts: number;
  readonly value: number;
  readonly odd: boolean;
}

/** How alerts met labelled events, in scores: an event has the highest of its first values (0 of none), a false alert its own. */
export interface Met {
  readonly events: readonly number[];
  readonly falseAlerts: readonly number[];
}

/** What an alert limit finds. Shares are NaN where there is nothing to share. */
export interface Found {
  readonly events: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Values of a series that are not judged: its detector learns from them. */
const unjudged = 1_500;
/** Values from an event's first on in which an alert is in time. */
const inTime = 8;

/** Names of the KPI series in a folder. */
export const kpiSeries = (folder: string): string[] =>
  readdirSync(folder).flatMap((file) => (/^aiops_kpi_\w+\.csv\.gz$/.test(file) ? [file.slice(0, -".csv.gz".length)] : []));

/** One of them. */
export const kpi = (folder: string, series: string): Labelled[] =>
  rowsOf(join(folder, `${series}.csv.gz`)).map(({ part, ts, value, label }) => ({
    part: part === "test" ? "test" : "train",
    ts: Number(ts),
    value: Number(value),
    odd: Number(label) === 1,
  }));

/**
 * The same with the test part moved back by whole days, to within a day of the train part: a set keeps two pieces of a series that
 * ran all along, and `metrics` forgets what was silent for a day.
 */
export function withoutGap(values: readonly Labelled[]): Labelled[] {
  const from = values.findIndex(({ part }) => part === "test");
  const [before, after] = [values[from - 1], values[from]];
  if (before === undefined || after === undefined) return [...values];
  const gapS = Math.floor((after.ts - before.ts - 1) / 86_400) * 86_400;
  return values.map((one) => (one.part === "test" ? { ...one, ts: one.ts - gapS } : one));
}

/** What `metrics` says of a series in scores, by place; 0 where it says nothing. Below a limit of 1 it is not asked. */
export async function scoresOf(series: string, values: readonly Labelled[], limit = 1): Promise<Float64Array> {
  const places = new Map(values.map(({ ts }, place) => [ts * 1e6, place]));
  const scores = new Float64Array(values.length);
  const records = values.map(({ ts, value }): InputRecord => ({ topic: "moe.metric", value: { name: series, ts: ts * 1e6, value } }));
  for await (const { topic, value } of apply("metrics", records, { set: { "metrics.limit": limit } })) {
    if (topic !== "gatewatch.alert") continue;
    const { ts, score } = value as unknown as Alert;
    // An alert's score is z / (1 + z).
    scores[places.get(ts) ?? -1] = score / (1 - score);
  }
  return scores;
}

/** Compares scores with the labels of one part of a series. A run of odd values is one event. */
export function meet(values: readonly Labelled[], scores: Float64Array, part: Labelled["part"]): Met {
  const events: number[] = [];
  const falseAlerts: number[] = [];
  let begun = 0;
  for (let place = unjudged; place < values.length; place += 1) {
    const { part: of, odd } = values[place] as Labelled;
    const score = scores[place] ?? 0;
    if (!odd && of === part && score > 0) falseAlerts.push(score);
    if (odd && !values[place - 1]?.odd) begun = place;
    if (odd && of === part && place === begun) events.push(0);
    if (odd && begun >= unjudged && values[begun]?.part === part && place < begun + inTime)
      events[events.length - 1] = Math.max(events.at(-1) ?? 0, score);
  }
  return { events, falseAlerts };
}

/** What a limit would have found in several series together. */
export function found(met: readonly Met[], limit: number): Found {
  const events = met.flatMap((one) => one.events);
  const hits = events.filter((score) => score >= limit).length;
  const alarms = met.flatMap((one) => one.falseAlerts).filter((score) => score >= limit).length;
  const [precision, recall] = [hits / (hits + alarms), hits / events.length];
  return { events: events.length, precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}

/** The limit of the best F1, of steps of 2 % from 1 on. */
export function bestLimit(met: readonly Met[]): number {
  let best = { limit: 1, f1: 0 };
  for (let limit = 1; limit < 100; limit *= 1.02) {
    const { f1 } = found(met, limit);
    if (f1 > best.f1) best = { limit, f1 };
  }
  return best.limit;
}
