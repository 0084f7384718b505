import type { Alert, RequestEvent } from "../../schemas/types/avro.ts";
import { entityOf, type Finding } from "./finding.ts";
import type { Match } from "./intel-index.ts";

const short = (text: string): string => text.slice(0, 200);

/** Score is the source's confidence. A match alone is no more than MEDIUM: lists are old, addresses change hands. */
export function intelFinding(event: RequestEvent, { known, place }: Match): Finding {
  const { key, indicator, type, source, confidence, category, description } = known;
  const { type: entity, id } = entityOf(event);
  const evidence: Alert["evidence"] = [
    { name: "indicator", value: short(indicator), note: `${type}, met as ${place}` },
    { name: "from", value: short(source), note: short(description) },
    { name: "request", value: short(event.requestId), note: `of ${entity} ${id}` },
  ];
  return {
    event,
    kind: "intel.match",
    category: short(category),
    joinBy: short(key),
    score: confidence,
    severity: confidence >= 0.5 ? "MEDIUM" : "LOW",
    what: `${short(indicator)} (${type.toLowerCase()}) met as ${place}`,
    evidence,
    suggestedAction: "See what else the source did; a match alone is a reason to look and not to block.",
  };
}
