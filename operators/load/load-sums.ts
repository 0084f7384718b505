import type { LoadWindow } from "../../schemas/types/avro.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { outputId } from "../stream/output-id.ts";
import type { Aggregate } from "../windows/tumbling-window.ts";
import type { RequestCount } from "./count-requests.ts";

const sumFields = {
  clusterId: "string",
  deploymentId: "string",
  requests: "float64",
  inputTokens: "float64",
  outputTokens: "float64",
  missedObjectives: "float64",
} as const;
const partialFields = { ...sumFields, windowStart: "int64" } as const;

/** What one lane has seen of a deployment in one window: a part of its load, never published as the whole. */
export type PartialLoad = StructOf<typeof partialFields>;

/** How partial sums travel to the lane where those of all tenants meet. */
export const partialLoadCodec = struct(partialFields);

type Sums = StructOf<typeof sumFields>;
type Summed = Omit<RequestCount, "ts">;

const empty = ({ clusterId, deploymentId }: Summed): Sums => ({
  clusterId,
  deploymentId,
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  missedObjectives: 0,
});

/** Doubles: counts are exact up to 2^53, and what is beyond loses digits rather than a lane. */
function add(kept: Sums, { requests, inputTokens, outputTokens, missedObjectives }: Summed): void {
  kept.requests += requests;
  kept.inputTokens += inputTokens;
  kept.outputTokens += outputTokens;
  kept.missedObjectives += missedObjectives;
}

/** Sums of the requests that one lane saw. */
export const partialLoad: Aggregate<typeof sumFields, RequestCount, PartialLoad> = {
  fields: sumFields,
  initial: empty,
  add,
  result: (kept, windowStart) => ({ ...kept, windowStart }),
};

/** Sums over the lanes, as a record of `moe.load`. */
export const wholeLoad: Aggregate<typeof sumFields, PartialLoad, LoadWindow> = {
  fields: sumFields,
  initial: empty,
  add,
  result: windowOf,
};

/** A record of `moe.load`; times in microseconds. */
export function windowOf({ clusterId, deploymentId, missedObjectives, ...sums }: Sums, windowStart: number, windowEnd: number): LoadWindow {
  return {
    eventId: outputId(["load", clusterId, deploymentId, windowStart, windowEnd]),
    ts: windowEnd,
    clusterId,
    modelId: "",
    modelRevision: "",
    deploymentId,
    instanceId: "",
    source: "UNKNOWN",
    traceId: null,
    windowStart,
    windowEnd,
    ...sums,
    replicas: null,
    sloClass: "",
    ...unmeasured,
    missedObjectives,
    tenantTop: [],
  };
}

/** Quantiles of lanes cannot be added up; they are left out rather than averaged. */
const unmeasured = { ttftMsP50: null, ttftMsP99: null, itlMsP50: null, itlMsP99: null, e2eMsP50: null, e2eMsP99: null };
