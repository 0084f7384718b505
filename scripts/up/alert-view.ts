import type { AlertView, InjectionView } from "../../infra/http/status-view.ts";
import type { Alert, Injection } from "../../schemas/types/avro.ts";

/** In UTF-16 units: an alert may be a megabyte, and hundreds of them are kept for pages. */
const longest = { word: 200, sentence: 500 };
const shownAtMost = 12;

/** An alert as a page shows it and as it is kept: the same fields, each text cut short. */
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
    score: known(score),
    probability: known(probability),
    observed: known(observed),
    expected: known(expected),
    evidence: evidence
      .slice(0, shownAtMost)
      .map(({ name, value, note }) => ({ name: word(name), value: sentence(value), note: sentence(note) })),
    suggestedAction: sentence(suggestedAction),
  };
}

const known = (figure: number | null): number | null => (Number.isFinite(figure) ? figure : null);

/** What is shown of an injection beside what became of it. */
export type InjectionShown = Omit<InjectionView, "state" | "foundBy" | "afterS">;

/** An injection as it is shown, its texts cut short. */
export function injectionView(injection: Injection): InjectionShown {
  const { fault, deploymentId, entity, detail, startTs, endTs, expectedKinds } = injection;
  return {
    fault: word(fault),
    deploymentId: word(deploymentId),
    entity: { type: entity.type, id: word(entity.id) },
    detail: sentence(detail),
    startTs,
    endTs,
    expectedKinds: expectedKinds.slice(0, shownAtMost).map(word),
  };
}

/** Copied: in V8 a part of a text keeps all of it in memory. */
const cut = (text: string, length: number): string =>
  text.length > length ? `${Buffer.from(text.slice(0, length), "utf16le").toString("utf16le")}…` : text;
const word = (text: string): string => cut(text, longest.word);
const sentence = (text: string): string => cut(text, longest.sentence);
