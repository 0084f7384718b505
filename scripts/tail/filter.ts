import { closest } from "../../schemas/faults/closest.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import type { Field, Shape } from "../../schemas/shapes/shape.ts";

/** Whether a record is to be shown, by its decoded value. */
export type Filter = (value: unknown) => boolean;

const condition = /^([A-Za-z0-9_.]+)\s*(!=|>=|<=|=|>|<|~)\s*(.*)$/s;

/**
 * Conditions on a record's value, all of which must hold: `severity=HIGH`, `entity.id!=i-0`, `score>=0.9`, `title~entropy`
 * (contains). Numbers compare as numbers; a field that is missing or null only meets `!=`. Throws GW_USAGE, also where `shape` is
 * given and has no such field: the filter would find nothing, or all, without a word.
 */
export function filterOf(conditions: readonly string[], shape?: Shape): Filter {
  const tests = conditions.map((text): Filter => {
    const [, path = "", operator = "", wanted = ""] = condition.exec(text) ?? [];
    if (path === "") throw new Fault("GW_USAGE", `--filter ${text}: a condition such as severity=HIGH or score>=0.9 is wanted`);
    if (shape !== undefined) checkPath(path.split("."), shape, text);
    return (value) => holds(at(value, path.split(".")), operator, wanted);
  });
  return (value) => tests.every((test) => test(value));
}

/** Throws GW_USAGE at the first name that the shape does not have. */
function checkPath(path: readonly string[], shape: Shape, text: string): void {
  let at: Shape = shape;
  for (const name of path) {
    while (at.kind === "optional") at = at.of;
    // Names of pairs are the sender's own.
    if (at.kind === "pairs") return;
    const found: Shape | undefined =
      at.kind === "list" && /^\d+$/.test(name) ? at.items : fieldsOf(at).find((one) => one.name === name)?.shape;
    if (found === undefined) throw new Fault("GW_USAGE", `--filter ${text}: there is no field ${name}; ${instead(name, at)}`);
    at = found;
  }
}

const fieldsOf = (shape: Shape): readonly Field[] => (shape.kind === "record" ? shape.fields : []);

function instead(name: string, shape: Shape): string {
  const names = shape.kind === "list" ? ["0 for the first of the list"] : fieldsOf(shape).map((one) => one.name);
  const near = closest(name, names);
  if (near !== undefined) return `did you mean ${near}?`;
  return names.length > 0 ? `there is ${names.join(", ")}` : "nothing lies in it";
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
