import { usualDeployment } from "../simulate/deployment.ts";
import type { FaultName, PlannedFault } from "../simulate/faults/fault-names.ts";
import { simulation } from "../simulate/simulation.ts";
import type { Slice } from "../simulate/slice.ts";

/** So long before now, so that baselines are warm when the first fault comes: 180 router windows. */
const historyMs = 15 * 60_000;
/** Of the first fault, lie in the history: the two router windows that confirm it. */
const begunMs = 2 * usualDeployment.windowMs;
/** From the begin of one fault to that of the next, and how long each lasts. */
const everyMs = 45_000;
const lastsMs = 30_000;

/** One after the other, and over again: what this version finds comes early, what it cannot find yet is there as well. */
const order: readonly FaultName[] = [
  "router-collapse",
  "sql-injection",
  "prompt-injection",
  "request-flood",
  "scanner",
  "dead-expert",
  "hot-expert",
  "repeated-token",
  "credential-stuffing",
  "sick-gpu",
  "token-drops",
  "lying-engine",
  "stale-placement",
];

/**
 * What a deployment would have sent, second by second without end: some minutes before `nowMs`, a router collapse that has just
 * begun, and another fault every three quarters of a minute. Seconds that ended before `sinceMs` are left out: an earlier run has
 * sent them, and the first fault then begins after it.
 */
export function* loadPlan(nowMs: number, sinceMs = 0): Generator<Slice> {
  const { windowMs } = usualDeployment;
  const now = Math.floor(nowMs / windowMs) * windowMs;
  const firstMs = Math.max(now - begunMs, Math.ceil(sinceMs / windowMs) * windowMs);
  for (const slice of simulation(usualDeployment, now - historyMs, schedule(firstMs))) if (slice.endMs > sinceMs) yield slice;
}

function* schedule(firstMs: number): Generator<PlannedFault> {
  for (let startMs = firstMs, turn = 0; ; startMs += everyMs, turn += 1)
    yield { name: order[turn % order.length] as FaultName, startMs, endMs: startMs + lastsMs };
}
