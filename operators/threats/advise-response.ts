import type { OperatorFunction } from "rxjs";
import type { Decision } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { struct } from "../stream/codec.ts";
import { none, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";
import { entityOf, type Finding, sourceKey } from "./finding.ts";
import { severities } from "./join-findings.ts";

const codec = struct({ start: "int64", findings: "uint32", advised: "boolean", advisedBefore: "boolean" });

/** When a response is advised. Times in microseconds. */
export interface AdviceOptions {
  /** Findings of a source in one window before anything is advised. */
  readonly after: number;
  /** How long the windows are, and how long advice holds. */
  readonly window: number;
  /** Sources that nothing is ever advised against: proxies, health checks, colleagues. */
  readonly trusted: (address: string) => boolean;
  readonly maxKeys: number;
  readonly store: StoreFactory;
}

/**
 * Advises what to do about a source that goes on attacking: to throttle it, and to block it where it goes on in the next window.
 * At most one decision a source and window, always ADVISE: nothing is carried out on the word of signatures alone. Only HTTP
 * attacks of at least MEDIUM severity count, each request once, and only sources with an address, since there is nobody else to throttle.
 */
export function adviseResponse(
  name: string,
  { after, window, trusted, maxKeys, store }: AdviceOptions,
): OperatorFunction<Batch<Finding>, Batch<Decision>> {
  return stage(
    name,
    {
      kind: "advise-response",
      summary: "Advises to throttle, then to block, a source that goes on",
      settings: { after, windowS: window / 1e6 },
      state: { codec, initial: () => ({ start: -1, findings: 0, advised: false, advisedBefore: false }) },
      step(state, finding: Finding, at) {
        if (!counts(finding) || trusted(finding.event.sourceIp ?? "")) return none();
        const start = Math.floor(finding.event.ts / window) * window;
        // A finding that comes late counts in the newest window: windows of a source only go forward.
        if (start > state.start) {
          const follows = start - state.start === window;
          Object.assign(state, { start, findings: 0, advised: false, advisedBefore: follows && state.advised });
        }
        state.findings += 1;
        if (state.advised || state.findings < after) return none();
        state.advised = true;
        return ok(decision(finding, state, window / 1e6, [...sourcesOf(at)]));
      },
    },
    // Longer than two windows, so that the one before is still known.
    { key: ({ event }) => sourceKey(event), maxKeys, ttl: 3 * window, store },
  );
}

const medium = severities.indexOf("MEDIUM");

const isGrave = (severity: Finding["severity"] | undefined): boolean => severity !== undefined && severities.indexOf(severity) >= medium;

const counts = ({ kind, severity, before, event }: Finding): boolean =>
  kind === "http.threat" && event.sourceIp !== null && event.sourceIp !== "" && isGrave(severity) && !isGrave(before);

function decision(
  { event, what }: Finding,
  { start, findings, advisedBefore }: { start: number; findings: number; advisedBefore: boolean },
  ttlS: number,
  sources: Decision["sources"],
): Decision {
  const { clusterId, deploymentId, tenantHash, ts } = event;
  const target = entityOf(event);
  const goesOn = advisedBefore ? ", after as many in the window before" : "";
  return {
    id: outputId(["threats", clusterId, deploymentId, "RESPONSE", tenantHash, target.id, start]),
    ts,
    pipeline: "threats",
    clusterId,
    deploymentId,
    entity: target,
    sources,
    modelVersion: "",
    kind: "RESPONSE",
    mode: "ADVISE",
    expiresTs: ts + ttlS * 1e6,
    reason: `${findings} requests that look like attacks within ${ttlS} s${goesOn}; the last: ${what}. Signatures alone: look before acting.`,
    replicas: null,
    placement: null,
    response: { action: advisedBefore ? "BLOCK" : "THROTTLE", target, ttlS },
    policy: null,
  };
}
