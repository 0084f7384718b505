import type { RoutingWindow } from "../../schemas/types/avro.ts";
import type { StructOf } from "../stream/codec.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import type { Aggregate } from "../windows/tumbling-window.ts";
import type { RoutingHealth } from "./routing-health.ts";

const source = { struct: { topic: "string", partition: "uint32", offset: "int64" } } as const;
/** The form of a window in a checkpoint. A field more makes older checkpoints unreadable (GW_CHECKPOINT_FOREIGN): lanes stand still then. */
const fields = {
  clusterId: "string",
  deploymentId: "string",
  instanceId: "string",
  layer: "uint32",
  records: "uint32",
  tokens: "int64",
  droppedTokens: "int64",
  /** Records that had assignments at all: only they know of a balance. */
  judged: "uint32",
  imbalanceSum: "float64",
  imbalanceMax: "float64",
  entropySum: "float64",
  entropyMin: "float64",
  expertCounts: { list: "int64" },
  first: { list: source },
  last: { list: source },
} as const;

/**
 * Routing health of one layer of one instance over a window. Means are over the records of the window (the mean of ratios, not
 * the ratio of means); counts are summed, and where the number of experts changed the longer list counts.
 */
export const routingWindow: Aggregate<typeof fields, RoutingHealth, RoutingWindow> = {
  fields,
  initial({ event }, at) {
    const { clusterId, deploymentId, instanceId, layer } = event;
    const none = { records: 0, tokens: 0, droppedTokens: 0, judged: 0 };
    const balance = { imbalanceSum: 0, imbalanceMax: 1, entropySum: 0, entropyMin: 1 };
    return { clusterId, deploymentId, instanceId, layer, ...none, ...balance, expertCounts: [], first: [...sourcesOf(at)], last: [] };
  },
  add(kept, { event, imbalance, entropy, assigned }, at) {
    kept.records += 1;
    kept.tokens = sum(kept.tokens, event.tokens);
    kept.droppedTokens = sum(kept.droppedTokens, event.droppedTokens);
    addCounts(kept.expertCounts, event.expertCounts);
    if (at.origin !== undefined) kept.last = [...sourcesOf(at)];
    if (assigned === 0) return;
    kept.judged += 1;
    kept.imbalanceSum += imbalance;
    kept.entropySum += entropy;
    if (imbalance > kept.imbalanceMax) kept.imbalanceMax = imbalance;
    if (entropy < kept.entropyMin) kept.entropyMin = entropy;
  },
  result(kept, windowStart, windowEnd) {
    const { clusterId, deploymentId, instanceId, layer, records, tokens, droppedTokens, expertCounts } = kept;
    return {
      id: outputId(["router-windows", clusterId, deploymentId, "window", instanceId, layer, windowStart]),
      ts: windowEnd,
      pipeline: "router-windows",
      clusterId,
      deploymentId,
      entity: { type: "layer", id: instanceId },
      sources: bounds(kept),
      modelVersion: "",
      windowStart,
      windowEnd,
      layer,
      instanceId,
      records,
      tokens,
      imbalanceMean: kept.judged === 0 ? 1 : kept.imbalanceSum / kept.judged,
      imbalanceMax: kept.imbalanceMax,
      entropyMean: kept.judged === 0 ? 1 : kept.entropySum / kept.judged,
      entropyMin: kept.entropyMin,
      droppedTokens,
      expertCounts,
    };
  },
};

/** In place: the list is the window's own. */
function addCounts(sums: number[], counts: readonly number[]): void {
  for (let i = 0; i < counts.length; i += 1) sums[i] = sum(sums[i] ?? 0, counts[i] as number);
}

/** Avro carries whole numbers up to here (avsc 5.7.9). A sum beyond it could not be written, and its lane would fail on it for ever. */
const largestSum = Number.MAX_SAFE_INTEGER - 1;

const sum = (one: number, other: number): number => Math.min(one + other, largestSum);

/** First and last record; a window of thousands does not name them all. */
function bounds({ first, last }: StructOf<typeof fields>) {
  const [head] = first;
  const [tail] = last;
  if (head === undefined || tail === undefined) return [...first, ...last];
  return head.partition === tail.partition && head.offset === tail.offset ? [head] : [head, tail];
}
