import type { InjectionView } from "../../infra/http/status-view.ts";
import { graceMs } from "../../schemas/topics/injection.ts";
import type { Alert, Injection } from "../../schemas/types/avro.ts";
import { answers } from "../simulate/matching.ts";

/** An answer may be so long on its way, beyond the grace that its event time has. */
const onItsWayMs = 15_000;
const kept = 30;

/** An alert, and when it was seen on the clock. */
export interface SeenAlert {
  readonly alert: Alert;
  readonly atMs: number;
}

interface Found {
  readonly injection: Injection;
  first: SeenAlert | undefined;
}

/** What was injected and whether it was found, from the two topics; the newest thirty. */
export class Findings {
  readonly #all = new Map<string, Found>();

  /** Either end of an injection tells of it. `before` are alerts that came earlier and may be answers. */
  injection(injection: Injection, before: readonly SeenAlert[]): void {
    const { deploymentId, fault, startTs } = injection;
    const name = JSON.stringify([deploymentId, fault, startTs]);
    if (this.#all.has(name)) return;
    this.#all.set(name, { injection, first: undefined });
    if (this.#all.size > kept) this.#all.delete(this.#all.keys().next().value as string);
    for (const seen of before) this.alert(seen);
  }

  alert(seen: SeenAlert): void {
    for (const found of this.#all.values()) {
      if ((found.first === undefined || seen.atMs < found.first.atMs) && answers(seen.alert, found.injection, graceMs)) found.first = seen;
    }
  }

  /** Newest first. `nowMs` is the clock: an injection without an answer is missed when none can come any more. */
  views(nowMs: number): InjectionView[] {
    return [...this.#all.values()]
      .map(({ injection, first }) => {
        const { fault, deploymentId, entity, detail, startTs, endTs, expectedKinds } = injection;
        const over = nowMs > endTs / 1_000 + graceMs + onItsWayMs;
        const state = first !== undefined ? "found" : over ? "missed" : "waiting";
        const afterS = first === undefined ? null : (first.atMs - startTs / 1_000) / 1_000;
        return {
          fault,
          deploymentId,
          entity,
          detail,
          startTs,
          endTs,
          expectedKinds,
          state,
          foundBy: first?.alert.kind ?? null,
          afterS,
        } as const;
      })
      .sort((a, b) => b.startTs - a.startTs);
  }
}
