import type { Alert, Injection } from "../../schemas/types/avro.ts";

/** What matching needs of an alert. */
export type JudgedAlert = Pick<Alert, "ts" | "kind" | "deploymentId" | "entity" | "evidence">;

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
    isSamePlace(alert, injection)
  );
}

/** Whether an alert came while an injection was on or up to `graceMs` after it, whatever it is about. */
export const isDuring = ({ ts }: JudgedAlert, { startTs, endTs }: Injection, graceMs: number): boolean =>
  ts >= startTs && ts <= endTs + graceMs * 1_000;

function isSamePlace(alert: JudgedAlert, { entity, evidence }: Injection): boolean {
  const named = (name: string) => alert.evidence.find((one) => one.name === name)?.value;
  const isElsewhere = (name: string) => {
    const there = evidence.find((one) => one.name === name)?.value;
    return there !== undefined && named(name) !== undefined && named(name) !== there;
  };
  if (isElsewhere("layer")) return false;
  const { type, id } = alert.entity;
  if (engineTypes.has(entity.type)) return type === "series" ? seriesOf(id, entity.id) : !engineTypes.has(type) || id === entity.id;
  if (requesterTypes.has(type)) return id === entity.id || evidence.some(({ value }) => value === id);
  return true;
}

/** A series is called by its name and labels; one of another instance has another answer. */
function seriesOf(series: string, instance: string): boolean {
  const named = /\binstance="?([^|,"}]*)/.exec(series)?.[1];
  return named === undefined || named === instance;
}
