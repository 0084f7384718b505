import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../schemas/faults/fault.ts";
import { faults } from "../../schemas/faults/faults.ts";

/** How long to wait for a neighbour, and whom to tell. */
export interface Patience {
  /** Told once for each new reason to wait, and when the waiting is over. */
  say(sentence: string): void;
  readonly stop: AbortSignal;
  /** Gives up after so long; never where left out. */
  readonly withinMs?: number;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * A job that needs a neighbour which may come back: done again with growing pauses while its fault is one to retry. Throws that
 * fault when the time is over or `stop` fires, and any other at once.
 */
export async function patiently<R>(job: () => Promise<R>, { say, stop, withinMs = Number.POSITIVE_INFINITY }: Patience): Promise<R> {
  const until = Date.now() + withinMs;
  let said: string | undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    let fault: Fault;
    try {
      const done = await job();
      if (said !== undefined) say("It answers now.");
      return done;
    } catch (error) {
      if (!(error instanceof Fault) || faults[error.code].then !== "retry" || stop.aborted || Date.now() + pauseMs > until) throw error;
      fault = error;
    }
    if (fault.code !== said) say(`${fault.code}: ${fault.message}. ${fault.remedy} Trying again.`);
    said = fault.code;
    await pause(pauseMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) throw fault;
  }
}
