import type { SeriesScore } from "../../schemas/types/avro.ts";
import { none, type Outcome, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import type { At } from "../stream/stage.ts";
import { entityOf } from "./finding.ts";
import { contentId } from "./first-sight.ts";
import { type Inspection, isTold } from "./inspection.ts";
import { signatureVersion } from "./threat-alert.ts";

/** Scores of one request as records: each above 0.1, and of one request in a hundred whatever it is. */
export function requestScores({ event, judgements }: Inspection, at: At): Outcome<SeriesScore> {
  const { ts, clusterId, deploymentId, instanceId, requestId } = event;
  const told = judgements.filter(({ score }) => isTold(event, score));
  if (told.length === 0) return none();
  const content = contentId(event);
  const scores = told.map(({ kind, score }) => ({
    id: outputId(["threats", clusterId, deploymentId, "score", kind, content]),
    ts,
    pipeline: "threats",
    clusterId,
    deploymentId,
    entity: entityOf(event),
    sources: [...sourcesOf(at)],
    modelVersion: signatureVersion,
    windowStart: ts,
    windowEnd: ts,
    series: "",
    metric: "",
    labels: [],
    instanceId,
    kind,
    requestId,
    n: 1,
    median: score,
    iqr: 0,
    max: score,
    probability: null,
  }));
  return ok(...scores);
}
