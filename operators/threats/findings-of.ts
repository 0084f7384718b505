import { none, type Outcome, ok } from "../stream/outcome.ts";
import type { Finding } from "./finding.ts";
import type { Inspection, SignatureKind } from "./inspection.ts";
import { intelFinding } from "./intel-finding.ts";
import { signatureFinding } from "./signature-finding.ts";

/** All a request is accused of: one finding for each kind whose score reaches its threshold, and one for each indicator it met. */
export function findingsOf({ event, judgements, met }: Inspection, thresholds: Readonly<Record<SignatureKind, number>>): Outcome<Finding> {
  const judged = judgements
    .filter(({ kind, score }) => score >= thresholds[kind])
    .map((judgement) => signatureFinding(event, judgement))
    .filter((finding) => finding !== undefined);
  const known = met.map((match) => intelFinding(event, match));
  return judged.length + known.length === 0 ? none() : ok(...judged, ...known);
}
