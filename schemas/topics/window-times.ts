import type { Writable } from "./topic.ts";

interface Windowed {
  readonly ts: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly deploymentId: string;
}

/** An event of a window happened at its end unless it says otherwise; an empty deployment is the default one. */
export function completeWindow(value: Writable<Windowed>): void {
  if (value.ts === 0) value.ts = value.windowEnd;
  completeDeployment(value);
}

/** Most installations have one deployment and name none; a key needs one. */
export function completeDeployment(value: { deploymentId: string }): void {
  if (value.deploymentId === "") value.deploymentId = "default";
}

/** Longer than anyone counts in one event; a longer one is a wrong clock or a wrong unit. */
const longestWindow = 31 * 86_400_000_000;

/** Why the two ends of a window cannot be true together; undefined where they can. */
export function windowOrder({ windowStart, windowEnd }: Windowed): string | undefined {
  if (windowEnd < windowStart) return `windowEnd is ${windowEnd}, before windowStart (${windowStart})`;
  return windowEnd - windowStart > longestWindow
    ? `windowEnd is ${windowEnd}, more than 31 days after windowStart (${windowStart})`
    : undefined;
}
