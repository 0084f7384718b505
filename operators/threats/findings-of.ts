import { none, type Outcome, ok } from "../stream/outcome.ts";
import type { Finding } from "./finding.ts";
import type { Inspection, Judgement, SignatureKind } from "./inspection.ts";
import { intelFinding } from "./intel-finding.ts";
import { severityOf, signatureFinding } from "./signature-finding.ts";

type Thresholds = Readonly<Record<SignatureKind, number>>;

/** All a request is accused of: one finding for each kind whose score reaches its threshold, and one for each indicator it met. */
export function findingsOf({ event, judgements, met }: Inspection, thresholds: Thresholds): Outcome<Finding> {
  const judged = judgements
    .filter(({ kind, score }) => score >= thresholds[kind])
    .map((judgement) => {
      const finding = signatureFinding(event, judgement);
      return finding && { ...finding, before: severityBefore(judgement, thresholds) };
    })
    .filter((finding) => finding !== undefined);
  const known = met.map((match) => intelFinding(event, match));
  return judged.length + known.length === 0 ? none() : ok(...judged, ...known);
}

/** Undefined where what was told before was no finding. */
const severityBefore = ({ kind, before }: Judgement, thresholds: Thresholds): Finding["before"] =>
  before === undefined || before.score < thresholds[kind] ? undefined : severityOf(kind, before.category, before.score);
