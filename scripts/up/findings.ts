import type { InjectionView } from "../../infra/http/status-view.ts";
import { graceMs } from "../../schemas/topics/injection.ts";
import type { Injection } from "../../schemas/types/avro.ts";
import { bestAnswered, isDuring, type JudgedAlert } from "../simulate/matching.ts";
import { type InjectionShown, injectionView } from "./alert-view.ts";

/** An answer may be so long on its way, beyond the grace that its event time has. */
const onItsWayMs = 15_000;
const kept = 30;
/** Alerts of no injection that is known, which one that is told late may still be found by. */
const unclaimedKept = 200;

/** A right answer to an injection, the first of its kind. */
export interface Answer {
  readonly injection: InjectionShown;
  readonly kind: string;
  /** Seconds by the clock from the begin of the fault until it was seen; null for history, which was told after its end. */
  readonly afterS: number | null;
}

/** An alert that was seen: which injection it is an answer to, if any, and whether it is the first answer of its kind. */
export interface Attributed {
  readonly injection: InjectionShown | undefined;
  readonly answer: Answer | undefined;
}

/** An injection that was told the first time, and the answers that had come before. */
export interface Told {
  readonly injection: InjectionShown;
  readonly before: readonly Answer[];
}

interface Known {
  readonly injection: Injection;
  readonly shown: InjectionShown;
  readonly isHistory: boolean;
  /** By kind, the first of each, in the order they were seen. */
  readonly answers: Map<string, Answer>;
  /** No answer is waited for after this time of the clock. */
  untilMs: number;
  isSaidMissed: boolean;
}

/**
 * What was injected and what has found it, from the two topics: the one judgement that both console and page show. Each alert is
 * given to one injection and stays with it. Keeps the newest thirty injections. Times handed in are those of the clock.
 */
export class Findings {
  readonly #all = new Map<string, Known>();
  #unclaimed: { readonly alert: JudgedAlert; readonly atMs: number }[] = [];

  /** Either end of an injection tells of it. Undefined where it is known already. */
  injection(injection: Injection, nowMs: number): Told | undefined {
    const { deploymentId, fault, startTs, endTs } = injection;
    const name = JSON.stringify([deploymentId, fault, startTs]);
    if (this.#all.has(name)) return undefined;
    const isHistory = nowMs > endTs / 1_000;
    // History goes at a pace of its own, behind the clock by as much as its begin is.
    const behindMs = Math.max(0, nowMs - startTs / 1_000);
    const untilMs = endTs / 1_000 + behindMs + graceMs + onItsWayMs;
    const shown = injectionView(injection);
    this.#all.set(name, { injection, shown, isHistory, answers: new Map(), untilMs, isSaidMissed: false });
    if (this.#all.size > kept) this.#all.delete(this.#all.keys().next().value as string);
    const before = this.#unclaimed;
    this.#unclaimed = [];
    return { injection: shown, before: before.flatMap(({ alert, atMs }) => this.alert(alert, alert, atMs).answer ?? []) };
  }

  /** `shown` is what is kept of it, for injections that are told later. */
  alert(alert: JudgedAlert, shown: JudgedAlert, nowMs: number): Attributed {
    for (const known of this.#all.values()) {
      // While alerts of its time still come, its answer may be among them.
      if (alert.deploymentId === known.injection.deploymentId && isDuring(alert, known.injection, graceMs))
        known.untilMs = Math.max(known.untilMs, nowMs + onItsWayMs);
    }
    const known = bestAnswered(alert, this.#all.values(), graceMs);
    if (known === undefined) {
      this.#unclaimed.push({ alert: shown, atMs: nowMs });
      if (this.#unclaimed.length > unclaimedKept) this.#unclaimed.shift();
      return { injection: undefined, answer: undefined };
    }
    const { shown: injection, isHistory, answers } = known;
    const { kind } = shown;
    if (answers.has(kind)) return { injection, answer: undefined };
    const answer = { injection, kind, afterS: isHistory ? null : (nowMs - injection.startTs / 1_000) / 1_000 };
    answers.set(kind, answer);
    return { injection, answer };
  }

  /** Injections that have been missed since this was asked the last time. */
  newlyMissed(nowMs: number): InjectionShown[] {
    const missed = [...this.#all.values()].filter((known) => !known.isSaidMissed && stateOf(known, nowMs) === "missed");
    for (const known of missed) known.isSaidMissed = true;
    return missed.map(({ shown }) => shown);
  }

  /** Newest first. An injection without an answer is missed when none can come any more. */
  views(nowMs: number): InjectionView[] {
    return [...this.#all.values()]
      .map((known) => {
        const [first] = known.answers.values();
        return { ...known.shown, state: stateOf(known, nowMs), foundBy: first?.kind ?? null, afterS: first?.afterS ?? null };
      })
      .sort((a, b) => b.startTs - a.startTs);
  }
}

function stateOf({ answers, untilMs }: Known, nowMs: number): InjectionView["state"] {
  if (answers.size > 0) return "found";
  return nowMs > untilMs ? "missed" : "waiting";
}
