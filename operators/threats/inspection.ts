import type { RequestEvent } from "../../schemas/types/avro.ts";
import { none, type Outcome, ok } from "../stream/outcome.ts";
import type { At } from "../stream/stage.ts";
import type { Match } from "./intel-index.ts";
import type { Sighting } from "./intel-match.ts";
import { protocolChecks } from "./protocol-checks.ts";
import { scoreUnit, type UnitScore } from "./scoring.ts";
import { requestUnits } from "./units/request-units.ts";

/** What signatures judge; each has a score and a threshold of its own. */
export type SignatureKind = "http.threat" | "prompt.injection";

/** One judgement of a request: the score of its worst string. Absent where the request had nothing of that kind to look at. */
export interface Judgement {
  readonly kind: SignatureKind;
  /** 0 where no signature was found. */
  readonly score: number;
  /** Strings in which something was found, worst first. */
  readonly found: readonly UnitScore[];
  /** Characters of its strings that were not looked at, in all. */
  readonly leftOut: number;
  /** What an earlier state of this request was told as; absent where this is the first. The category of its worst string. */
  readonly before?: { readonly score: number; readonly category: string };
}

/** A request and what was made of it. */
export interface Inspection {
  readonly event: RequestEvent;
  readonly judgements: readonly Judgement[];
  /** Indicators the request met. */
  readonly met: readonly Match[];
}

/** Scores above this are always told, alert or not. */
const telling = 0.1;

/**
 * Looks at every string of a request. The score is the maximum over strings, not a sum: a long harmless body dilutes nothing, and
 * the string that made the score is named.
 */
export function inspectRequest(event: RequestEvent): readonly Judgement[] {
  const http: UnitScore[] = protocolChecks(event);
  const prompt: UnitScore[] = [];
  const leftOut = { http: 0, prompt: 0 };
  const units = requestUnits(event);
  for (const unit of units) {
    const isPrompt = unit.kind === "prompt";
    leftOut[isPrompt ? "prompt" : "http"] += unit.leftOut;
    const scored = scoreUnit(unit);
    if (scored !== undefined) (isPrompt ? prompt : http).push(scored);
  }
  const judgements: Judgement[] = [];
  const { method, path, headers, userAgent, body } = event;
  const hasHttp = [method, path, headers, userAgent, body].some((given) => given !== null);
  if (hasHttp) judgements.push(judgement("http.threat", http, leftOut.http));
  if (units.some(({ kind }) => kind === "prompt")) judgements.push(judgement("prompt.injection", prompt, leftOut.prompt));
  return judgements;
}

function judgement(kind: SignatureKind, found: UnitScore[], leftOut: number): Judgement {
  found.sort((a, b) => b.score - a.score);
  return { kind, score: found[0]?.score ?? 0, found, leftOut };
}

/** As a stage's step: tells every score, and lets through what is worth a second look, one in a hundred of the others included. */
export function inspect({ event, met }: Sighting, { scored }: At): Outcome<Inspection> {
  const judgements = inspectRequest(event);
  let worst = -1;
  for (const { kind, score } of judgements) {
    scored?.(kind, score, null);
    if (score > worst) worst = score;
  }
  const isWanted = worst > telling || met.length > 0 || (worst >= 0 && isSample(event));
  return isWanted ? ok({ event, judgements, met }) : none();
}

/** Whether a score is told: above 0.1, and of the others one request in a hundred, whichever lane or replay asks. */
export const isTold = (event: RequestEvent, score: number): boolean => score > telling || isSample(event);

/** By its id, or where it has none by time, source and path. FNV-1a, 32 bits, mixed once more so that ids that count up are spread. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function isSample({ requestId, ts, sourceIp, path }: RequestEvent): boolean {
  const text = requestId === "" ? `${ts} ${sourceIp} ${path}` : requestId;
  let hash = 0x811c9dc5;
  const length = Math.min(text.length, 200);
  for (let i = 0; i < length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return (hash >>> 0) % 100 === 0;
}
