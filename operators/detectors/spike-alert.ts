import type { Alert } from "../../schemas/types/avro.ts";
import { bounded, labelsOf, seriesId } from "../series/series-key.ts";
import { none, type Outcome, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import type { At } from "../stream/stage.ts";
import { type Judged, spikeKind } from "./residual-spike.ts";

/** A spike in words: which series, how far from what it foretold. Values that are none bring nothing. */
export function spikeAlert({ sample, key, value, isRate, expected, deviation, score, isSpike, learnt }: Judged, at: At): Outcome<Alert> {
  if (!isSpike) return none();
  const { clusterId, deploymentId, instanceId, ts, unit } = sample;
  const name = bounded(sample.name);
  const perSecond = isRate ? " a second" : "";
  return ok({
    id: outputId(["metrics", clusterId, deploymentId, spikeKind, key, ts]),
    ts,
    pipeline: "metrics",
    clusterId,
    deploymentId,
    entity: { type: "series", id: seriesId(sample) },
    sources: [...sourcesOf(at)],
    modelVersion: "rls-8-3",
    kind: spikeKind,
    category: "",
    severity: score >= 15 ? "HIGH" : score >= 10 ? "MEDIUM" : "LOW",
    title: `${name}${instanceId === "" ? "" : ` of ${bounded(instanceId)}`} is ${figure(value)}${perSecond}, ${figure(expected)} was foretold`,
    score: score / (1 + score),
    // Errors in units of a series' own errors rank; how often such a rank is right has not been measured for it.
    probability: null,
    probabilityLow: null,
    probabilityHigh: null,
    observed: value,
    expected,
    evidence: [
      { name: "metric", value: name, note: isRate ? "a counter: its increase a second" : bounded(unit) },
      ...labelsOf(sample).map((label) => ({ name: `label ${label.name}`, value: label.value, note: "" })),
      { name: "instance", value: bounded(instanceId), note: "" },
      { name: "score", value: score.toFixed(2), note: "error in the errors this series usually makes, its largest ones included" },
      { name: "deviation", value: figure(deviation), note: "usual error of the forecast, in the unit of the series" },
      { name: "learntFrom", value: String(learnt), note: "values of this series" },
    ],
    suggestedAction: "Look at what else moved at this time: query last-hour, and the scores of the deployment's other series.",
  });
}

const figure = (value: number): string => String(Number(value.toPrecision(4)));
