import type { Alert, RequestEvent } from "../../schemas/types/avro.ts";
import { maskPersonalData } from "../privacy/mask.ts";
import { evidenceText } from "./evidence-text.ts";
import type { Finding } from "./finding.ts";
import type { Judgement, SignatureKind } from "./inspection.ts";
import type { UnitScore } from "./scoring.ts";
import type { Unit } from "./units/unit.ts";

type Evidence = Alert["evidence"][number];
const mostStrings = 4;
const mostRules = 8;

/** What one judgement accuses a request of: one finding, however many signatures hit how many strings. Nothing found gives none. */
export function signatureFinding(event: RequestEvent, { kind, score, found, leftOut }: Judgement): Finding | undefined {
  const [worst] = found;
  const [hit] = worst?.hits ?? [];
  if (worst === undefined || hit === undefined) return undefined;
  const { category, id } = hit.signature;
  return {
    event,
    kind,
    category,
    joinBy: category,
    score,
    severity: severityOf(kind, category, score),
    what: `${id} in ${placeOf(worst.unit)}`,
    evidence: [...found.slice(0, mostStrings).flatMap(stringEvidence), requestEvidence(event), ...gaps(event, found, leftOut)],
    suggestedAction: kind === "prompt.injection" ? promptAction : httpAction,
  };
}

const httpAction = "See whether the string reached the application and what it answered; throttle the source if it goes on.";
const promptAction = "Read the prompt: signatures know wordings, not intent, and texts about injection look the same.";

/** Rule, place and string, in the order in which a person asks. */
function stringEvidence({ unit, hits, passes, score }: UnitScore): Evidence[] {
  const [first, ...others] = hits;
  if (first === undefined) return [];
  const also = others.slice(0, mostRules).map(({ signature }) => signature.id);
  const decoded = passes.length === 0 ? "" : `; hidden by ${passes.join(", ")}`;
  return [
    { name: "rule", value: first.signature.id, note: also.length === 0 ? "" : `also ${also.join(", ")}` },
    { name: "place", value: placeOf(unit), note: `score ${score.toFixed(3)} of this string` },
    { name: "string", value: evidenceText(first), note: `decoded, in lower case${decoded}` },
  ];
}

/** `query q`, `cookie session`, `path`. */
const placeOf = ({ kind, name }: Unit): string =>
  name === "" || kind === "query name" || kind === "body name" ? kind : `${kind} ${maskPersonalData(name)}`;

function requestEvidence({ requestId, method, path, httpStatus }: RequestEvent): Evidence {
  const [bare = ""] = (path ?? "").slice(0, 200).split("?");
  const answered = httpStatus === 0 ? "" : `, answered ${httpStatus}`;
  return { name: "request", value: requestId.slice(0, 200), note: `${(method ?? "").slice(0, 30)} ${bare}${answered}`.trim() };
}

/** What there was not to look at: absence of a finding there means nothing. */
function gaps(event: RequestEvent, found: readonly UnitScore[], leftOut: number): Evidence[] {
  const { headers, body, bodyTruncated, prompt, promptTruncated, sourceIp } = event;
  const missing = [
    ...(headers === null ? ["headers"] : []),
    ...(body === null ? ["body"] : bodyTruncated ? ["the rest of the body"] : []),
    ...(prompt === null ? [] : promptTruncated ? ["the rest of the prompt"] : []),
    ...(sourceIp === null ? ["source address"] : []),
  ];
  const more = found.length - mostStrings;
  return [
    ...(missing.length === 0 ? [] : [{ name: "missing", value: missing.join(", "), note: "not in the event, so not looked at" }]),
    ...(leftOut > 0 ? [{ name: "not looked at", value: String(leftOut), note: "characters in the middle of long strings" }] : []),
    ...(more > 0 ? [{ name: "more", value: String(more), note: "strings of this request with hits, not shown" }] : []),
  ];
}

/** Probing is common and harmless by itself; what would run on a server is not. Prompts are judged by wording alone, so less is said. */
export function severityOf(kind: SignatureKind, category: string, score: number): Alert["severity"] {
  if (kind === "prompt.injection") return score >= 0.95 ? "HIGH" : score >= 0.75 ? "MEDIUM" : "LOW";
  if (category === "reconnaissance") return score >= 0.75 ? "MEDIUM" : "LOW";
  if (score >= 0.99) return "CRITICAL";
  return score >= 0.9 ? "HIGH" : score >= 0.7 ? "MEDIUM" : "LOW";
}
