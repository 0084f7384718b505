import type { AlertView } from "../../infra/http/status-view.ts";
import { severities } from "../../operators/threats/join-findings.ts";
import { alertLine, clock } from "./alert-line.ts";
import type { Answer, Attributed, Findings, Told } from "./findings.ts";

/** Alerts of one kind about one matter within this time are one line and a number; a graver one than was shown is a line again. */
const joinedMs = 60_000;
/** Matters that are remembered at once. */
const mostJoined = 1_000;

/**
 * What the console says of faults and alerts, joined so that a person can follow: an attack of a thousand requests is three lines.
 * What has found what is the word of the findings. Times handed in are those of the clock in milliseconds, and must not go back.
 */
export class Story {
  readonly #findings: Findings;
  readonly #joined = new Map<string, { untilMs: number; more: number; alert: AlertView }>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Of the simulator's truth; undefined where it was told already. */
  injection(told: Told | undefined, nowMs: number): string[] {
    const lines = this.#settle(nowMs);
    if (told === undefined) return lines;
    const { deploymentId, fault, startTs, endTs, detail } = told.injection;
    const begun = `injected: ${fault} on ${deploymentId}, ${clock(startTs)} to ${clock(endTs)}: ${detail}`;
    return [...lines, begun, ...told.before.map(foundLine)];
  }

  alert(alert: AlertView, { injection, answer }: Attributed, nowMs: number): string[] {
    const lines = this.#settle(nowMs);
    const { kind, entity, deploymentId } = alert;
    const matter = injection === undefined ? matterOf(entity) : `${injection.fault}|${injection.startTs}`;
    const name = `${deploymentId}|${kind}|${matter}`;
    const joined = this.#joined.get(name);
    if (joined !== undefined && !isGraver(alert, joined.alert)) joined.more += 1;
    else {
      if (joined !== undefined) joined.alert = alert;
      else if (this.#joined.size < mostJoined) this.#joined.set(name, { untilMs: nowMs + joinedMs, more: 0, alert });
      lines.push(alertLine(alert));
    }
    return answer === undefined ? lines : [...lines, foundLine(answer)];
  }

  /** What is over by now: faults that nothing has found, alerts that were joined. */
  #settle(nowMs: number): string[] {
    const lines = this.#findings
      .newlyMissed(nowMs)
      .map(({ fault, deploymentId, expectedKinds }) => `not found: ${fault} on ${deploymentId}; wanted was ${expectedKinds.join(" or ")}`);
    for (const [name, { untilMs, more, alert }] of this.#joined) {
      if (nowMs < untilMs) continue;
      this.#joined.delete(name);
      if (more > 0) lines.push(`and ${more} more ${alert.kind} on ${alert.deploymentId} since ${clock(alert.ts)}`);
    }
    return lines;
  }
}

const order: readonly string[] = severities;
const isGraver = (alert: AlertView, shown: AlertView): boolean => order.indexOf(alert.severity) > order.indexOf(shown.severity);

function foundLine({ injection: { fault, deploymentId }, kind, afterS }: Answer): string {
  return `found: ${fault} on ${deploymentId} by ${kind}${afterS === null ? "" : ` after ${afterS.toFixed(1)} s`}`;
}

/** Who sends requests may be thousands, and is one matter; a layer, an instance or a series is one of its own. */
const matterOf = ({ type, id }: AlertView["entity"]): string => (requesters.has(type) ? "requesters" : `${type}|${id}`);
const requesters: ReadonlySet<string> = new Set(["source", "tenant", "user", "key"]);
