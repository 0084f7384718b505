import type { Alert, Injection } from "../../schemas/types/avro.ts";

/** What matching needs of an alert. */
export type JudgedAlert = Pick<Alert, "ts" | "kind" | "deploymentId" | "evidence"> & {
  readonly entity: { readonly type: string; readonly id: string };
};

/** Places inside an engine: alerts about them name the instance as their entity. */
const engineTypes: ReadonlySet<string> = new Set(["instance", "rank", "layer", "expert"]);
const requesterTypes: ReadonlySet<string> = new Set(["source", "tenant", "user", "key"]);

/**
 * Whether an alert is a right answer to an injection: of an expected kind, of its deployment, while it was on or up to
 * `graceMs` after it, and about the same place as far as both name one. Times are event times.
 */
export function answers(alert: JudgedAlert, injection: Injection, graceMs: number): boolean {
  return (
    alert.deploymentId === injection.deploymentId &&
    injection.expectedKinds.includes(alert.kind) &&
    isDuring(alert, injection, graceMs) &&
    placeOf(alert, injection) !== "elsewhere"
  );
}

/**
 * The one of several injections that an alert answers best, undefined where it answers none: before all others one whose place it
 * names, then one that is on and not only in its grace, then the last to begin.
 */
export function bestAnswered<T extends { readonly injection: Injection }>(
  alert: JudgedAlert,
  all: Iterable<T>,
  graceMs: number,
): T | undefined {
  const rank = ({ injection }: T) => [
    Number(placeOf(alert, injection) === "there"),
    Number(isDuring(alert, injection, 0)),
    injection.startTs,
  ];
  const right = [...all].filter(({ injection }) => answers(alert, injection, graceMs)).map((one) => ({ one, rank: rank(one) }));
  return right.sort((a, b) => b.rank.map((value, i) => value - (a.rank[i] ?? 0)).find((difference) => difference !== 0) ?? 0)[0]?.one;
}

/** Whether an alert came while an injection was on or up to `graceMs` after it, whatever it is about. */
export const isDuring = ({ ts }: JudgedAlert, { startTs, endTs }: Injection, graceMs: number): boolean =>
  ts >= startTs && ts <= endTs + graceMs * 1_000;

/** Whether an alert is about the place of an injection, about another, or does not say. */
function placeOf(alert: JudgedAlert, { entity, evidence }: Injection): "there" | "elsewhere" | "unsaid" {
  const named = alert.evidence.find((one) => one.name === "layer")?.value;
  const layer = evidence.find((one) => one.name === "layer")?.value;
  if (layer !== undefined && named !== undefined && named !== layer) return "elsewhere";
  const { type, id } = alert.entity;
  if (engineTypes.has(entity.type) && (type === "series" || engineTypes.has(type))) {
    const instance = type === "series" ? instanceOf(id) : id;
    return instance === undefined ? "unsaid" : instance === entity.id ? "there" : "elsewhere";
  }
  if (!engineTypes.has(entity.type) && requesterTypes.has(type))
    return id === entity.id || evidence.some(({ value }) => value === id) ? "there" : "elsewhere";
  return "unsaid";
}

/** A series is called by its name and labels, and one of them may be its instance. */
const instanceOf = (series: string): string | undefined => /[|,{] ?instance="?([^|,"}]+)/.exec(series)?.[1];
