import type { Field, RecordShape, Shape } from "../shapes/shape.ts";
import { earliestTime, latestTime } from "./time.ts";

/** What one field's bounds cannot say: why the record cannot be true, or undefined. */
export type Rule<T> = (value: T) => string | undefined;

interface SenseOptions {
  /** Checked by `implausibleTime` and not here, so that its fault keeps a code of its own. */
  readonly eventTime: string | null;
  readonly rules: readonly Rule<never>[];
}

/**
 * Finds what cannot be true in a record: a number that is not finite; a whole number below 0 (or the field's `minimum`); any
 * number outside its field's bounds; a time outside 2000 to 2100; and what the topic's own rules say. Compiled once a topic; a
 * record costs a loop over its numbers.
 */
export function senseOf<T>(shape: RecordShape, { eventTime, rules }: SenseOptions): (value: T) => string | undefined {
  const check = recordCheck(shape, eventTime);
  return (value) => {
    const reason = check?.(value);
    if (reason !== undefined) return reason;
    for (const rule of rules as readonly Rule<T>[]) {
      const broken = rule(value);
      if (broken !== undefined) return broken;
    }
    return undefined;
  };
}

/** Reasons begin with where in the value: ` is NaN`, `[3] is -1`, `.tokens is …`; those of a record with the field's name. */
type Check = (value: unknown) => string | undefined;

interface Bounds {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  /** What is right although it is out of bounds: null where the field may be absent, 0 where that says "left out". */
  readonly except: unknown;
}

function recordCheck({ fields }: RecordShape, eventTime: string | null = null): Check | undefined {
  const checked = fields.filter((field) => field.name !== eventTime);
  const numbers = checked.map(boundsOf).filter((bounds) => bounds !== undefined);
  const others = checked.map((field) => ({ name: field.name, check: otherCheck(field.shape, field) })).filter(hasCheck);
  if (numbers.length + others.length === 0) return undefined;
  return (value) => {
    const record = value as Readonly<Record<string, unknown>>;
    for (let i = 0; i < numbers.length; i += 1) {
      const bounds = numbers[i] as Bounds;
      const number = record[bounds.name] as number;
      // One comparison each way also tells NaN and the infinities.
      if (!(number >= bounds.minimum && number <= bounds.maximum) && number !== bounds.except)
        return `${bounds.name}${beyond(number, bounds)}`;
    }
    for (let i = 0; i < others.length; i += 1) {
      const { name, check } = others[i] as Named;
      const reason = check(record[name]);
      if (reason !== undefined) return `${name}${reason}`;
    }
    return undefined;
  };
}

interface Named {
  readonly name: string;
  readonly check: Check;
}
const hasCheck = (one: { name: string; check: Check | undefined }): one is Named => one.check !== undefined;

/** Of a field that holds one number or time, undefined of any other. */
function boundsOf(field: Field): Bounds | undefined {
  const { name, shape, minimum, maximum } = field;
  const kind = shape.kind === "optional" ? shape.of.kind : shape.kind;
  const except = shape.kind === "optional" ? null : undefined;
  if (kind === "time") return { name, minimum: earliestTime, maximum: latestTime, except: field.default === 0 ? 0 : except };
  if (kind === "double") return { name, minimum: minimum ?? -Number.MAX_VALUE, maximum: maximum ?? Number.MAX_VALUE, except };
  if (kind === "int" || kind === "long") return { name, minimum: minimum ?? 0, maximum: maximum ?? Number.MAX_VALUE, except };
  return undefined;
}

function otherCheck(shape: Shape, field: Field): Check | undefined {
  if (shape.kind === "optional") {
    const check = otherCheck(shape.of, field);
    return check === undefined ? undefined : (value) => (value === null ? undefined : check(value));
  }
  if (shape.kind === "record") {
    const check = recordCheck(shape);
    return check === undefined ? undefined : (value) => dotted(check(value));
  }
  if (shape.kind !== "list") return undefined;
  const bounds = boundsOf({ ...field, shape: shape.items });
  return bounds === undefined ? listCheck(otherCheck(shape.items, field)) : numbersCheck(bounds);
}

const dotted = (reason: string | undefined): string | undefined => (reason === undefined ? undefined : `.${reason}`);

/** A call a number would cost four times the comparison, and expert counts are most of all numbers. */
function numbersCheck(bounds: Bounds): Check {
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

function listCheck(check: Check | undefined): Check | undefined {
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

function beyond(value: number, { minimum, maximum }: Bounds): string {
  if (!Number.isFinite(value)) return ` is ${value}`;
  if (minimum === earliestTime) return ` is ${value}, outside 2000 to 2100`;
  return ` is ${value}, ${value < minimum ? `at least ${minimum}` : `at most ${maximum}`} makes sense`;
}
