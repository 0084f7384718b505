import type { Alert } from "../../schemas/types/avro.ts";
import { type Outcome, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import type { Joined } from "./join-findings.ts";

/** Which signatures judged; counts up whenever one of them or a weight changes. */
export const signatureVersion = "signatures-1";

/** Findings in words. The score ranks and is not calibrated, so the alert gives no probability. */
export function threatAlert(joined: Joined): Outcome<Alert> {
  const { why, kind, category, joinBy, severity, score, what, count, windowStart, endTs, entity, clusterId, deploymentId } = joined;
  const cause = [kind, joined.tenantHash, entity.type, entity.id, joinBy, why === "summary" ? why : severity, windowStart];
  return ok({
    id: outputId(["threats", clusterId, deploymentId, ...cause]),
    ts: endTs,
    pipeline: "threats",
    clusterId,
    deploymentId,
    entity,
    sources: [...joined.sources],
    modelVersion: kind === "intel.match" ? "" : signatureVersion,
    kind,
    category,
    severity,
    title: titleOf(joined),
    score,
    probability: null,
    probabilityLow: null,
    probabilityHigh: null,
    observed: null,
    expected: null,
    evidence: [
      ...joined.evidence,
      ...(count === 1
        ? []
        : [{ name: "requests", value: String(count), note: `in this window, from ${iso(joined.firstTs)} to ${iso(joined.lastTs)}` }]),
      {
        name: "probability",
        value: "none",
        note: kind === "intel.match" ? "the score is the source's confidence" : `${what}: weights of signatures are judged, not calibrated`,
      },
    ],
    suggestedAction: joined.suggestedAction,
  });
}

/** What, from whom, how often. */
function titleOf({ kind, category, what, count, why, entity }: Joined): string {
  const names = { "http.threat": "HTTP attack", "prompt.injection": "Prompt injection", "intel.match": "Known to be bad" } as const;
  const from = `from ${entity.type} ${entity.id}`;
  const about = category === "" ? names[kind] : `${names[kind]} (${category})`;
  if (why === "summary") return `${about} ${from}: ${count} requests in this window, the worst ${what}`;
  return why === "graver" ? `${about} ${from} grows graver: ${what}` : `${about} ${from}: ${what}`;
}

const iso = (micros: number): string => new Date(micros / 1_000).toISOString();
