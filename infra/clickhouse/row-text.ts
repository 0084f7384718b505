import type { RecordShape, Shape } from "../../schemas/shapes/shape.ts";

/** A value as a piece of JSON that ClickHouse reads into the column that `columnsOf` makes of its shape. */
export type ToText = (value: unknown) => string;

/** One function a field, in the order of the columns. Made once a table: a row is then a walk without a question. */
export const fieldTexts = (shape: RecordShape): { name: string; text: ToText }[] =>
  shape.fields.map(({ name, shape: field }) => ({ name, text: textOf(field) }));

function textOf(shape: Shape): ToText {
  switch (shape.kind) {
    case "optional":
      return optional(shape.of);
    case "record":
      return tuple(shape);
    case "list": {
      const item = textOf(shape.items);
      if (shape.items.kind === "int" || shape.items.kind === "long") return (value) => `[${(value as number[]).join(",")}]`;
      return (value) => `[${(value as unknown[]).map(item).join(",")}]`;
    }
    case "pairs":
      return pairs;
    case "double":
      return double;
    case "time":
      return (value) => time(value as number);
    case "string":
    case "enum":
      return (value) => JSON.stringify(value);
    default:
      return String;
  }
}

/** A Tuple has no NULL of its own: where the record is absent each of its parts is. */
function optional(shape: Shape): ToText {
  const text = textOf(shape);
  const none = absent(shape);
  return (value) => (value === null || value === undefined ? none : text(value));
}

function absent(shape: Shape): string {
  switch (shape.kind) {
    case "record":
      return `{${shape.fields.map((field) => `${JSON.stringify(field.name)}:${absent(field.shape)}`).join(",")}}`;
    case "optional":
      return absent(shape.of);
    case "list":
      return "[]";
    case "pairs":
      return "{}";
    default:
      return "null";
  }
}

/** By name, so that a table whose Tuple has grown since still takes it. */
function tuple({ fields }: RecordShape): ToText {
  const parts = fields.map(({ name, shape }) => ({ name, head: `${JSON.stringify(name)}:`, text: textOf(shape) }));
  return (value) => `{${parts.map(({ name, head, text }) => head + text((value as Record<string, unknown>)[name])).join(",")}}`;
}

const pairs: ToText = (value) =>
  `{${(value as { name: string; value: string }[]).map((pair) => `${JSON.stringify(pair.name)}:${JSON.stringify(pair.value)}`).join(",")}}`;

/** JSON has no word for these, and `null` would become 0 in a column that takes no NULL. */
const double: ToText = (value) =>
  Number.isFinite(value) ? String(value) : value === Infinity ? '"inf"' : value === -Infinity ? '"-inf"' : '"nan"';

/** Neighbouring records share their seconds: to write the date anew for each cost more than all other columns of a window. */
const lately = { second: Number.NaN, text: "" };

/** Microseconds as a quoted date and time in UTC. Throws a RangeError beyond what a Date holds. */
export function time(micros: number): string {
  const second = Math.floor(micros / 1_000_000);
  if (second !== lately.second) {
    const iso = new Date(second * 1_000).toISOString();
    lately.text = `"${iso.slice(0, 10)} ${iso.slice(11, 19)}.`;
    lately.second = second;
  }
  return `${lately.text}${String(micros - second * 1_000_000).padStart(6, "0")}"`;
}
