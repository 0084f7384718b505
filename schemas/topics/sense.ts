import type { Field, RecordShape, Shape } from "../shapes/shape.ts";
import { outsideTime } from "./time.ts";

/** What one field's bounds cannot say: why the record cannot be true, or undefined. */
export type Rule<T> = (value: T) => string | undefined;

interface SenseOptions {
  /** Checked by `implausibleTime` and not here, so that its fault keeps a code of its own. */
  readonly eventTime: string | null;
  readonly rules: readonly Rule<never>[];
}

/**
 * Finds what cannot be true in a record: a number that is not finite; a whole number below 0 (or the field's `minimum`); any
 * number outside its field's bounds; a time outside 2000 to 2100; and what the topic's own rules say.
 * Compiled once a topic; a record costs a loop over its numbers.
 */
export function senseOf<T>(shape: RecordShape, { eventTime, rules }: SenseOptions): (value: T) => string | undefined {
  const checks = fieldChecks(shape, eventTime);
  return (value) => {
    for (let i = 0; i < checks.length; i += 1) {
      const reason = (checks[i] as Check)(value as Record<string, unknown>);
      if (reason !== undefined) return reason;
    }
    for (const rule of rules as readonly Rule<T>[]) {
      const reason = rule(value);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

type Check = (record: Record<string, unknown>) => string | undefined;
type ValueCheck = (value: unknown) => string | undefined;

function fieldChecks({ fields }: RecordShape, eventTime: string | null): Check[] {
  const checks: Check[] = [];
  for (const field of fields) {
    if (field.name === eventTime) continue;
    const check = valueCheck(field.shape, field);
    if (check === undefined) continue;
    const { name } = field;
    checks.push((record) => {
      const reason = check(record[name]);
      return reason === undefined ? undefined : `${name}${reason}`;
    });
  }
  return checks;
}

/** Reasons begin with what follows the field's name: ` is NaN`, `[3] is -1`, `.tokens is …`. */
function valueCheck(shape: Shape, field: Field): ValueCheck | undefined {
  switch (shape.kind) {
    case "int":
    case "long":
    case "double":
      return numberCheck(shape.kind, field);
    case "time":
      return timeCheck(field);
    case "optional": {
      const of = valueCheck(shape.of, field);
      return of === undefined ? undefined : (value) => (value === null ? undefined : of(value));
    }
    case "list":
      return listCheck(shape.items, field);
    case "record": {
      const checks = fieldChecks(shape, null);
      return checks.length === 0 ? undefined : (value) => nested(checks, value as Record<string, unknown>);
    }
    default:
      return undefined;
  }
}

type NumberKind = "int" | "long" | "double";

interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

function boundsOf(kind: NumberKind, { minimum, maximum }: Field): Bounds {
  return { minimum: minimum ?? (kind === "double" ? -Number.MAX_VALUE : 0), maximum: maximum ?? Number.MAX_VALUE };
}

function numberCheck(kind: NumberKind, field: Field): ValueCheck {
  const bounds = boundsOf(kind, field);
  const { minimum, maximum } = bounds;
  // One comparison each way also tells NaN and the infinities.
  return (value) => ((value as number) >= minimum && (value as number) <= maximum ? undefined : beyond(value as number, bounds));
}

/** Written out: a call a number would cost four times the comparison, and expert counts are most of all numbers. */
function numbersCheck(kind: NumberKind, field: Field): ValueCheck {
  const bounds = boundsOf(kind, field);
  const { minimum, maximum } = bounds;
  return (value) => {
    const list = value as readonly number[];
    for (let i = 0; i < list.length; i += 1) {
      const number = list[i] as number;
      if (!(number >= minimum && number <= maximum)) return `[${i}]${beyond(number, bounds)}`;
    }
    return undefined;
  };
}

function beyond(value: number, { minimum, maximum }: Bounds): string {
  if (!Number.isFinite(value)) return ` is ${value}`;
  return ` is ${value}, ${value < minimum ? `at least ${minimum}` : `at most ${maximum}`} makes sense`;
}

/** A default of 0 says that the time was left out. */
function timeCheck({ default: given }: Field): ValueCheck {
  return (value) => {
    if (value === 0 && given === 0) return undefined;
    return outsideTime(value as number) ? ` is ${value}, outside 2000 to 2100` : undefined;
  };
}

function listCheck(items: Shape, field: Field): ValueCheck | undefined {
  if (items.kind === "int" || items.kind === "long" || items.kind === "double") return numbersCheck(items.kind, field);
  const check = valueCheck(items, field);
  if (check === undefined) return undefined;
  return (value) => {
    const list = value as readonly unknown[];
    for (let i = 0; i < list.length; i += 1) {
      const reason = check(list[i]);
      if (reason !== undefined) return `[${i}]${reason}`;
    }
    return undefined;
  };
}

function nested(checks: readonly Check[], record: Record<string, unknown>): string | undefined {
  for (const check of checks) {
    const reason = check(record);
    if (reason !== undefined) return `.${reason}`;
  }
  return undefined;
}
