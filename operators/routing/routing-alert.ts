import type { Alert } from "../../schemas/types/avro.ts";
import { type Shift, shiftScore } from "../detectors/baseline-shift.ts";
import { type Outcome, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import type { At } from "../stream/stage.ts";
import type { RoutingHealth } from "./routing-health.ts";

/** Of these alerts, and of the scores behind them. */
export const alertKind = "router.baseline";

/** A layer that left its own baseline, in words: which measure, how far, against what, and what to look at first. */
export function routingAlert(
  { record, measure, observed, expected, deviation, deviations, learnt }: Shift<RoutingHealth>,
  at: At,
): Outcome<Alert> {
  const { event, assigned } = record;
  const { clusterId, deploymentId, instanceId, layer, windowStart, windowEnd, phase, modelRevision } = event;
  const size = Math.abs(deviations);
  return ok({
    id: outputId(["router-windows", clusterId, deploymentId, alertKind, instanceId, measure, layer, phase, windowStart]),
    ts: windowEnd,
    pipeline: "router-windows",
    clusterId,
    deploymentId,
    entity: { type: "layer", id: instanceId },
    sources: [...sourcesOf(at)],
    modelVersion: modelRevision,
    kind: alertKind,
    category: "",
    severity: severityOf(measure, observed, expected, event.expertCounts.length),
    title: `Layer ${layer} of ${instanceId}: ${measure} ${observed.toFixed(3)}, its own baseline is ${expected.toFixed(3)}`,
    score: shiftScore(size),
    // A distance in deviations is not a calibrated probability, and says none.
    probability: null,
    probabilityLow: null,
    probabilityHigh: null,
    observed,
    expected,
    evidence: [
      { name: "layer", value: String(layer), note: "" },
      {
        name: "measure",
        value: measure,
        note: measure === "entropy" ? "1 is even, 0 is one expert" : "1 is even; largest / mean count of the experts",
      },
      { name: "deviations", value: deviations.toFixed(2), note: `of ${deviation.toFixed(4)} each, from the layer's own weighted mean` },
      { name: "learntFrom", value: String(learnt), note: "events of this layer, phase and model revision" },
      { name: "assignments", value: String(assigned), note: `${phase}, ${event.tokens} tokens` },
    ],
    suggestedAction: actions[measure] ?? "",
  });
}

/** By measure; one sentence, the first thing to look at. */
const actions: Readonly<Record<string, string>> = {
  imbalance: "See which experts took the load in gatewatch.window; a hot expert wants a replica, a hot rank another placement.",
  entropy:
    "Few experts take most tokens: compare with the other layers and tenants; collapse, a flood of like requests, or a dead router input.",
};

/** By how many experts are effectively left (e to the entropy, as a share), or by how much the largest has grown. */
function severityOf(measure: string, observed: number, expected: number, experts: number): Alert["severity"] {
  const ratio = measure === "entropy" ? experts ** (expected - observed) : observed / expected;
  if (ratio >= 4) return "CRITICAL";
  return ratio >= 2 ? "HIGH" : "MEDIUM";
}
