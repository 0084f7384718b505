import type { AlertView } from "../../infra/http/status-view.ts";
import type { Alert } from "../../schemas/types/avro.ts";

/** In UTF-16 units: an alert may be a megabyte, and hundreds of them are kept for pages. */
const longest = { word: 200, sentence: 500 };
const evidenceShown = 12;

/** An alert as a page shows it: the same fields, each text cut short. */
export function alertView(alert: Alert): AlertView {
  const { id, ts, severity, kind, category, pipeline, deploymentId, entity, title, score } = alert;
  const { probability, observed, expected, evidence, suggestedAction } = alert;
  return {
    id: word(id),
    ts,
    severity,
    kind: word(kind),
    category: word(category),
    pipeline: word(pipeline),
    deploymentId: word(deploymentId),
    entity: { type: entity.type, id: word(entity.id) },
    title: sentence(title),
    score,
    probability,
    observed,
    expected,
    evidence: evidence
      .slice(0, evidenceShown)
      .map(({ name, value, note }) => ({ name: word(name), value: sentence(value), note: sentence(note) })),
    suggestedAction: sentence(suggestedAction),
  };
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);
const word = (text: string): string => cut(text, longest.word);
const sentence = (text: string): string => cut(text, longest.sentence);
