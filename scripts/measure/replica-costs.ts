import type { Decision } from "../../schemas/types/avro.ts";
import { apply } from "../package/apply-records.ts";
import { asLoad, micros, type TraceWindow } from "./load-traces.ts";

/** What replicas would have cost and missed. */
export interface ReplicaCosts {
  /** Share of the requests that came in windows with fewer replicas than they needed. */
  readonly short: number;
  /** Replica-hours by those of who knows the load. */
  readonly hours: number;
}

/** Requests a window that one replica serves, where so many serve the largest window. */
export const servedBy = (windows: readonly TraceWindow[], replicas: number): number =>
  Math.max(...windows.map(({ requests }) => requests)) / replicas;

/** Replicas that `scaling` wanted at the end of each window. One window to start, which ends with the next but one. */
export async function wantedByScaling(
  windows: readonly TraceWindow[],
  how: { windowS: number; level: number; served: number },
): Promise<number[]> {
  const { windowS, level, served } = how;
  const set = {
    "scaling.requestsPerReplica": served / windowS,
    "scaling.startupS": 2 * windowS,
    "scaling.level": level,
    "scaling.horizonsS": windowS,
    "scaling.maxReplicas": 1_000,
  };
  const decided = new Map<number, number>();
  for await (const { topic, value } of apply("scaling", asLoad(windows, windowS), { set })) {
    const { ts, replicas } = value as unknown as Decision;
    if (topic === "gatewatch.decision") decided.set(ts, replicas?.desired ?? 0);
  }
  let wanted = 1;
  return windows.map(({ startS }) => {
    wanted = decided.get(micros(startS + windowS)) ?? wanted;
    return wanted;
  });
}

/** The same of an autoscaler that holds the use of its replicas at `target` (0 to 1), within a tenth, by the last window. */
export function wantedByTarget(
  windows: readonly TraceWindow[],
  { target, served, first }: { target: number; served: number; first: number },
): number[] {
  let wanted = first;
  return windows.map(({ requests }) => {
    const ratio = requests / served / wanted / target;
    if (Math.abs(ratio - 1) > 0.1) wanted = Math.max(1, Math.ceil(wanted * ratio));
    return wanted;
  });
}

/** Costs of windows `from` to the last. A replica serves a window after the one in which it was ordered, and is given up at once. */
export function replicaCosts(
  windows: readonly TraceWindow[],
  wanted: readonly number[],
  { served, from }: { served: number; from: number },
): ReplicaCosts {
  const sum = { all: 0, short: 0, hours: 0, needed: 0 };
  for (let n = from; n < windows.length; n += 1) {
    const { requests } = windows[n] as TraceWindow;
    const ordered = wanted[n - 1] ?? wanted[0] ?? 0;
    const ready = Math.min(ordered, wanted[n - 2] ?? ordered);
    if (requests > ready * served) sum.short += requests;
    sum.all += requests;
    sum.hours += ordered;
    sum.needed += Math.max(1, Math.ceil(requests / served - 1e-9));
  }
  return { short: sum.short / sum.all, hours: sum.hours / sum.needed };
}
