import { graceMs } from "../../schemas/topics/injection.ts";
import type { Alert, Injection } from "../../schemas/types/avro.ts";
import { answers } from "../simulate/matching.ts";
import { alertLine, clock } from "./alert-line.ts";

/** Alerts of one kind about one matter within this time are one line and a number. */
const joinedMs = 60_000;
/** Matters that are remembered at once. */
const mostJoined = 1_000;

interface Open {
  readonly injection: Injection;
  /** Right answers by kind; empty until one has come. */
  readonly found: Map<string, number>;
}

/**
 * What the console says of faults and alerts, joined so that a person can follow: an attack of a thousand requests is three lines.
 * Times handed in are those of the clock in milliseconds, and must not go back.
 */
export class Story {
  readonly #open = new Map<string, Open>();
  readonly #joined = new Map<string, { untilMs: number; more: number; alert: Alert }>();

  /** Of the simulator's truth. The same one may come twice. */
  injection(injection: Injection, nowMs: number): string[] {
    const lines = this.#settle(nowMs);
    const { deploymentId, fault, startTs, endTs, phase, detail } = injection;
    const name = `${deploymentId}|${fault}|${startTs}`;
    if (phase === "ENDED" || this.#open.has(name)) return lines;
    this.#open.set(name, { injection, found: new Map() });
    return [...lines, `injected: ${fault} on ${deploymentId}, ${clock(startTs)} to ${clock(endTs)}: ${detail}`];
  }

  alert(alert: Alert, nowMs: number): string[] {
    const lines = this.#settle(nowMs);
    const { kind, entity, deploymentId } = alert;
    const open = [...this.#open.values()].find(({ injection }) => answers(alert, injection, graceMs));
    const name = `${deploymentId}|${kind}|${open === undefined ? matterOf(entity) : open.injection.id}`;
    const joined = this.#joined.get(name);
    if (joined !== undefined) joined.more += 1;
    else {
      if (this.#joined.size < mostJoined) this.#joined.set(name, { untilMs: nowMs + joinedMs, more: 0, alert });
      lines.push(alertLine(alert));
    }
    if (open === undefined) return lines;
    const before = open.found.get(kind);
    open.found.set(kind, (before ?? 0) + 1);
    if (before !== undefined) return lines;
    const after = (nowMs - open.injection.startTs / 1_000) / 1_000;
    return [...lines, `found: ${open.injection.fault} on ${deploymentId} by ${kind} after ${after.toFixed(1)} s`];
  }

  /** What is over by now: faults that nothing has found, alerts that were joined. */
  #settle(nowMs: number): string[] {
    const lines: string[] = [];
    for (const [name, { injection, found }] of this.#open) {
      if (nowMs < injection.endTs / 1_000 + graceMs) continue;
      this.#open.delete(name);
      if (found.size === 0)
        lines.push(`not found: ${injection.fault} on ${injection.deploymentId}; wanted was ${injection.expectedKinds.join(" or ")}`);
    }
    for (const [name, { untilMs, more, alert }] of this.#joined) {
      if (nowMs < untilMs) continue;
      this.#joined.delete(name);
      if (more > 0) lines.push(`and ${more} more ${alert.kind} on ${alert.deploymentId} since ${clock(alert.ts)}`);
    }
    return lines;
  }
}

/** Who sends requests may be thousands, and is one matter; a layer, an instance or a series is one of its own. */
const matterOf = ({ type, id }: Alert["entity"]): string => (requesters.has(type) ? "requesters" : `${type}|${id}`);
const requesters: ReadonlySet<string> = new Set(["source", "tenant", "user", "key"]);
