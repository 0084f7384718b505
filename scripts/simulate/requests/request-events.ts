import type { RequestEventInput } from "../../../schemas/types/avro.ts";
import { type Deployment, eventHead, micros } from "../deployment.ts";
import { pseudonym } from "../draws.ts";
import type { Change } from "../serving/sequence.ts";
import { held } from "../serving/sequence.ts";
import { type Arrival, blockTokens, type Errand } from "./arrival.ts";

/** Objectives in milliseconds by class. */
const objectives: Readonly<Record<string, { ttftSloMs: number; itlSloMs: number }>> = {
  interactive: { ttftSloMs: 1_000, itlSloMs: 60 },
  batch: { ttftSloMs: 10_000, itlSloMs: 200 },
};

/** Characters of a prompt that are sent on. */
const excerptChars = 400;

/** The request as its gateway sees it, before anything is done for it. */
export function received(deployment: Deployment, instance: number, arrival: Arrival): RequestEventInput {
  const { atMs, http, prompt } = arrival;
  return {
    ...eventHead(deployment, instance),
    ts: micros(atMs),
    arrivalTs: micros(atMs),
    ...whose(arrival),
    state: "RECEIVED",
    inputTokens: arrival.inputTokens,
    maxTokens: arrival.maxTokens,
    blockSize: blockTokens,
    hashIds: arrival.hashIds,
    ...http,
    bodyTruncated: false,
    prompt: prompt.slice(0, excerptChars),
    // About four characters make a token: what is shown is the last turn, without what came before it.
    promptTruncated: prompt.length > excerptChars || arrival.inputTokens > prompt.length / 2,
    ...shapeOf(arrival),
  };
}

/** What has become of it: preempted, finished, given up, refused. Without prompt, path and headers: those it had when it came. */
export function changed(deployment: Deployment, instance: number, { state, atMs, sequence }: Change): RequestEventInput {
  const { arrival, scheduledMs, firstTokenMs, produced, cachedTokens } = sequence;
  const over = state !== "PREEMPTED";
  const outputTokens = Math.round(produced);
  const decodeMs = firstTokenMs === null ? null : atMs - firstTokenMs;
  const itlMs = decodeMs === null || outputTokens < 2 ? null : decodeMs / (outputTokens - 1);
  return {
    ...eventHead(deployment, instance),
    ts: micros(atMs),
    ...whose(arrival),
    state,
    arrivalTs: micros(arrival.atMs),
    scheduledTs: maybe(scheduledMs, micros),
    firstTokenTs: maybe(firstTokenMs, micros),
    finishTs: over ? micros(atMs) : null,
    inputTokens: arrival.inputTokens,
    cachedTokens,
    outputTokens,
    maxTokens: arrival.maxTokens,
    queueMs: maybe(scheduledMs, (ms) => ms - arrival.atMs),
    prefillMs: scheduledMs === null ? null : maybe(firstTokenMs, (ms) => Math.max(0, ms - scheduledMs)),
    decodeMs,
    ttftMs: maybe(firstTokenMs, (ms) => ms - arrival.atMs),
    itlMeanMs: itlMs,
    itlP99Ms: maybe(itlMs, (ms) => ms * (1.6 + 0.4 * sequence.preemptions)),
    e2eMs: over ? atMs - arrival.atMs : null,
    kvBlocks: held(sequence),
    blockSize: blockTokens,
    finishReason: state === "FINISHED" ? (outputTokens >= arrival.maxTokens ? "length" : "stop") : over ? "abort" : null,
    httpStatus: { FINISHED: 200, PREEMPTED: 0, ABORTED: 499, REJECTED: 429 }[state],
    sourceIp: arrival.http.sourceIp,
    ...shapeOf(arrival),
  };
}

/** A request that no engine saw, in one event. */
export function errandEvent(
  { clusterId, deploymentId, seed }: Deployment,
  { requestId, atMs, tenantHash, status, http }: Errand,
): RequestEventInput {
  const e2eMs = 3 + (Number.parseInt(pseudonym(seed, 4, "errand-time", requestId), 16) % 40);
  const ts = micros(atMs + e2eMs);
  const refused = status >= 400;
  return {
    ...{ clusterId, deploymentId, source: "SIM", requestId, tenantHash, ...http },
    ts,
    arrivalTs: micros(atMs),
    finishTs: ts,
    state: refused ? "REJECTED" : "FINISHED",
    e2eMs,
    httpStatus: status,
    ...(http.path === "/auth/login" ? { userHash: pseudonym(seed, 12, "login", http.body ?? "") } : {}),
  };
}

const whose = ({ requestId, sessionId, tenantHash, userHash, apiKeyHash, sloClass }: Arrival) => ({
  requestId,
  sessionId,
  tenantHash,
  userHash,
  apiKeyHash,
  sloClass,
  ...objectives[sloClass],
});

/** What a tokeniser and the routers say of a prompt: one token over and over has no entropy, one run and one set of experts. */
function shapeOf({
  domain,
  requestId,
}: Arrival): Pick<RequestEventInput, "inputEntropyBits" | "maxTokenRunShare" | "expertSetEntropy" | "dominantExpertShare"> {
  const part = Number.parseInt(requestId.slice(0, 4), 16) / 65_536;
  if (domain >= 0)
    return {
      inputEntropyBits: 6.2 + 2 * part,
      maxTokenRunShare: 0.01 + 0.02 * part,
      expertSetEntropy: 3.2 + part,
      dominantExpertShare: 0.05 + 0.05 * part,
    };
  return {
    inputEntropyBits: 0.1 + 0.2 * part,
    maxTokenRunShare: 0.95 + 0.04 * part,
    expertSetEntropy: 0.1 + 0.2 * part,
    dominantExpertShare: 0.24,
  };
}

const maybe = (value: number | null, made: (value: number) => number): number | null => (value === null ? null : made(value));
