import { Fault } from "../../schemas/faults/fault.ts";

/** Whether a record is to be shown, by its decoded value. */
export type Filter = (value: unknown) => boolean;

const condition = /^([A-Za-z0-9_.]+)\s*(!=|>=|<=|=|>|<|~)\s*(.*)$/s;

/**
 * Conditions on a record's value, all of which must hold: `severity=HIGH`, `entity.id!=i-0`, `score>=0.9`, `title~entropy`
 * (contains). Numbers compare as numbers; a field that is missing or null only meets `!=`. Throws GW_USAGE.
 */
export function filterOf(conditions: readonly string[]): Filter {
  const tests = conditions.map((text): Filter => {
    const [, path = "", operator = "", wanted = ""] = condition.exec(text) ?? [];
    if (path === "") throw new Fault("GW_USAGE", `--filter ${text}: a condition such as severity=HIGH or score>=0.9 is wanted`);
    return (value) => holds(at(value, path.split(".")), operator, wanted);
  });
  return (value) => tests.every((test) => test(value));
}

/** Own fields only: a path into what every object inherits finds nothing. */
function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** Numbers as numbers, everything else as text. */
function holds(found: unknown, operator: string, wanted: string): boolean {
  if (found === undefined || found === null) return operator === "!=";
  if (operator === "~") return String(found).includes(wanted);
  if (operator === "=") return same(found, wanted);
  if (operator === "!=") return !same(found, wanted);
  const order = typeof found === "number" ? found - Number(wanted) : String(found) < wanted ? -1 : String(found) > wanted ? 1 : 0;
  if (operator === ">") return order > 0;
  if (operator === ">=") return order >= 0;
  return operator === "<" ? order < 0 : order <= 0;
}

const same = (found: unknown, wanted: string): boolean => (typeof found === "number" ? found === Number(wanted) : String(found) === wanted);
