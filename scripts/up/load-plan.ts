import type { RouterEventInput } from "../../schemas/types/avro.ts";
import { type RouterLoad, routerLoad } from "../simulate/router-load.ts";

export interface LoadWindow {
  /** When the window is over and its events can be known. */
  readonly endMs: number;
  readonly events: readonly RouterEventInput[];
}

const windowMs = 5_000;
/** A collapse begins a quarter period into its load: so long before it the baselines must be warm. */
const everyMs = 60_000;
/** Two readings in a row confirm; a third makes it plain in the windows too. */
const lastsMs = 15_000;
/** Above the 30 readings that a baseline learns from before it judges. */
const historyWindows = 36;
/** Of the first collapse, lie in the history: the two that confirm it. */
const collapsedInHistory = 2;

export const plannedLoad: RouterLoad = {
  seed: 7,
  deploymentId: "sim",
  instances: 2,
  layers: 12,
  experts: 64,
  topK: 4,
  tokens: 4_096,
  windowMs,
};

/**
 * What a deployment would have sent, window by window without end: some minutes before `nowMs` so that baselines are warm, a
 * collapse that has just begun, and another one each minute after it. Windows that ended before `sinceMs` are left out: an
 * earlier run has sent them.
 */
export function* loadPlan(nowMs: number, sinceMs = 0): Generator<LoadWindow> {
  const now = Math.floor(nowMs / windowMs) * windowMs;
  const liveStart = now - collapsedInHistory * windowMs - everyMs / 4;
  const historyStart = liveStart - historyWindows * windowMs;
  // The same seed gives both the same popularity of experts, so that one continues the other.
  const history = windowsOf(plannedLoad, historyStart).take(historyWindows);
  const live = windowsOf({ ...plannedLoad, collapse: { everyMs, lastsMs } }, liveStart);
  for (const windows of [history, live]) for (const window of windows) if (window.endMs > sinceMs) yield window;
}

function* windowsOf(load: RouterLoad, startMs: number): Generator<LoadWindow> {
  let endMs = startMs;
  for (const events of routerLoad(load, startMs)) {
    endMs += load.windowMs;
    yield { endMs, events };
  }
}
