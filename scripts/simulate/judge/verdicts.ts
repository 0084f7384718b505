import { median } from "simple-statistics";
import { graceMs } from "../../../schemas/topics/injection.ts";
import type { Alert, Injection } from "../../../schemas/types/avro.ts";
import { type FaultName, faultKinds, faultNames } from "../faults/fault-names.ts";
import { answers, isDuring } from "../matching.ts";
import type { Trial } from "./trial.ts";

/** How one fault fared over all trials. */
export interface Verdict {
  readonly fault: FaultName;
  readonly injected: number;
  readonly found: number;
  /** Of those found, how many before their end: what comes later may be what the recovery looks like. */
  readonly whileOn: number;
  /** Kinds that found it, with how often each did, the most frequent first. */
  readonly by: readonly (readonly [kind: string, times: number])[];
  /** Seconds of event time from its begin to the first right answer, of those found. */
  readonly afterS?: { readonly least: number; readonly median: number; readonly most: number };
  /** How likely it is that a false alert of the right kind and place would have been taken for an answer, by the calm hours. */
  readonly byChance: number;
}

/** Every fault of the simulator, judged by the alerts of the trials and the false ones of calm runs. */
export function verdicts(trials: readonly Trial[], calm: readonly Trial[]): Verdict[] {
  const calmHours = calm.reduce((sum, { startMs, endMs }) => sum + (endMs - startMs) / 3_600_000, 0);
  return faultNames.map((fault) => {
    const all = trials.flatMap(({ injections, alerts }) =>
      injections.filter((one) => one.fault === fault).map((one) => judged(one, alerts)),
    );
    const times = all.flatMap(({ afterS }) => (afterS === undefined ? [] : [afterS]));
    const kinds = new Map<string, number>();
    for (const { kinds: own } of all) for (const kind of own) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const chances = all.map(({ injection }) => chance(injection, calm, calmHours));
    return {
      fault,
      injected: all.length,
      found: times.length,
      whileOn: all.filter(({ isOn }) => isOn).length,
      by: [...kinds].sort(([a, one], [b, other]) => other - one || order(fault, a) - order(fault, b)),
      afterS: times.length === 0 ? undefined : { least: Math.min(...times), median: median(times), most: Math.max(...times) },
      byChance: chances.length === 0 ? 0 : chances.reduce((sum, one) => sum + one, 0) / chances.length,
    };
  });
}

/** As the expected kinds stand: those that name the cause first. */
const order = (fault: FaultName, kind: string): number => (faultKinds[fault] as readonly string[]).indexOf(kind);

interface Judged {
  readonly injection: Injection;
  readonly kinds: ReadonlySet<string>;
  readonly isOn: boolean;
  readonly afterS?: number;
}

function judged(injection: Injection, alerts: readonly Alert[]): Judged {
  const right = alerts.filter((alert) => answers(alert, injection, graceMs));
  const kinds = new Set(right.map(({ kind }) => kind));
  if (right.length === 0) return { injection, kinds, isOn: false };
  const first = Math.min(...right.map(({ ts }) => ts));
  return { injection, kinds, isOn: first <= injection.endTs, afterS: (first - injection.startTs) / 1_000_000 };
}

/** One in a Poisson process of the calm runs' false alerts, over the time in which an answer counts. */
function chance(injection: Injection, calm: readonly Trial[], hours: number): number {
  if (hours === 0) return 0;
  const always = { ...injection, startTs: 0, endTs: Number.MAX_SAFE_INTEGER };
  const taken = calm.reduce((sum, { alerts }) => sum + alerts.filter((alert) => answers(alert, always, 0)).length, 0);
  const lastsHours = ((injection.endTs - injection.startTs) / 1_000 + graceMs) / 3_600_000;
  return 1 - Math.exp((-taken / hours) * lastsHours);
}

/** Alerts that came while nothing was injected, per kind and hour of such time, for each trial. */
export function falseAlerts(trials: readonly Trial[]): ReadonlyMap<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [place, { injections, alerts, startMs, endMs }] of trials.entries()) {
    const busyMs = injections.reduce((sum, { startTs, endTs }) => sum + (endTs - startTs) / 1_000 + graceMs, 0);
    const hours = (endMs - startMs - busyMs) / 3_600_000;
    for (const alert of alerts) {
      if (injections.some((one) => isDuring(alert, one, graceMs))) continue;
      const rates = found.get(alert.kind) ?? trials.map(() => 0);
      rates[place] = (rates[place] ?? 0) + 1 / hours;
      found.set(alert.kind, rates);
    }
  }
  return found;
}
