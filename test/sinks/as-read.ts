import type { RecordShape, Shape } from "../../schemas/shapes/shape.ts";

/** What a query answers for a record, in its words: times as text, absent records as records of nulls, pairs as an object. */
export const asRead = ({ fields }: RecordShape, record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(fields.map(({ name, shape }) => [name, read(shape, record[name])]));

function read(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "optional":
      return value === null ? nothing(shape.of) : read(shape.of, value);
    case "record":
      return asRead(shape, value as Record<string, unknown>);
    case "list":
      return (value as unknown[]).map((item) => read(shape.items, item));
    case "pairs":
      return Object.fromEntries((value as { name: string; value: string }[]).map((pair) => [pair.name, pair.value]));
    case "time":
      return isoOf(value as number);
    case "double":
      return Number.isFinite(value) ? (value as number) + 0 : null;
    default:
      return value;
  }
}

function nothing(shape: Shape): unknown {
  if (shape.kind === "record") return Object.fromEntries(shape.fields.map(({ name, shape: field }) => [name, nothing(field)]));
  if (shape.kind === "list") return [];
  if (shape.kind === "pairs") return {};
  return shape.kind === "optional" ? nothing(shape.of) : null;
}

function isoOf(micros: number): string {
  const millis = Math.floor(micros / 1_000);
  return `${new Date(millis).toISOString().slice(0, 23)}${String(micros - millis * 1_000).padStart(3, "0")}Z`;
}
