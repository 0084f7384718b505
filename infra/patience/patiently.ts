import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../schemas/faults/fault.ts";
import { type FaultCode, faults } from "../../schemas/faults/faults.ts";

/** How long to wait for a neighbour, and whom to tell. Times in milliseconds. */
export interface Patience {
  /** Told once for each new reason to wait, and when the waiting is over. */
  say(sentence: string): void;
  /** Told what is waited for, each time it is tried in vain, and nothing when that is over: for whoever shows health. */
  waits?(reason?: string): void;
  readonly stop: AbortSignal;
  /** Gives up after so long; never where left out. */
  readonly withinMs?: number;
  /** Waiting that is over sooner is nobody's news: a queue that is full for a moment. */
  readonly quietMs?: number;
  readonly pauseMs?: { readonly first: number; readonly most: number };
  /** The code under which a failure is waited for too that no rule lets repeat: where the work must be done, whatever it takes. */
  readonly every?: FaultCode;
}

/** Reasons beyond these are told to health alone: messages that differ each time would never end. */
const mostReasons = 20;

/**
 * A job that needs a neighbour which may come back: done again with growing pauses while its fault is one to retry. Throws that
 * fault when the time is over or `stop` fires, and any other at once.
 */
export async function patiently<R>(job: () => Promise<R>, patience: Patience): Promise<R> {
  const { stop, withinMs = Number.POSITIVE_INFINITY, quietMs = 0, pauseMs, every } = patience;
  const { first, most } = pauseMs ?? { first: 250, most: 10_000 };
  const began = performance.now();
  const said = new Set<string>();
  try {
    for (let nextMs = first; ; nextMs = Math.min(most, nextMs * 2)) {
      let fault: Fault;
      try {
        const done = await job();
        if (said.size > 0) patience.say("It answers now.");
        return done;
      } catch (error) {
        const awaited = waitedFor(error, every);
        const lasts = performance.now() - began;
        if (awaited === undefined || stop.aborted || lasts + nextMs > withinMs) throw error;
        if (lasts >= quietMs) tell(awaited, said, patience);
        fault = awaited;
      }
      await pause(nextMs, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) throw fault;
    }
  } finally {
    patience.waits?.();
  }
}

function tell(fault: Fault, said: Set<string>, { say, waits }: Patience): void {
  const what = `${fault.code}: ${fault.message}`;
  waits?.(what);
  // Figures in a message, such as bytes or tries, make no new reason.
  const reason = what.replaceAll(/\d+/g, "0");
  if (said.has(reason) || said.size >= mostReasons) return;
  said.add(reason);
  say(`${what}. ${fault.remedy} Trying again.`);
}

function waitedFor(error: unknown, every: FaultCode | undefined): Fault | undefined {
  if (error instanceof Fault && faults[error.code].then === "retry") return error;
  return every === undefined ? undefined : new Fault(every, error instanceof Error ? error.message : String(error), {}, error);
}
