import type { RecordShape } from "../shapes/shape.ts";

/**
 * The key of a record: its key fields as text, joined by `|`; a `|` or `%` in a field is percent-escaped. A field of names and
 * values adds one `name=value` a pair, in the order of the names, with `=` escaped in names.
 */
export function keyBuilder<T>(names: readonly (keyof T & string)[], shape: RecordShape): (value: T) => string {
  const parts = names.map((name) => partOf<T>(name, shape));
  const [first, second] = parts;
  if (first === undefined) throw new TypeError(`${shape.name} needs a key`);
  if (second === undefined) return first;
  if (parts.length === 2) return (value) => `${first(value)}|${second(value)}`;
  return (value) => parts.map((part) => part(value)).join("|");
}

function partOf<T>(name: keyof T & string, shape: RecordShape): (value: T) => string {
  const kind = shape.fields.find((field) => field.name === name)?.shape.kind;
  if (kind === "string") return (value) => escaped(value[name] as string);
  if (kind === "pairs") return (value) => pairsText(value[name] as readonly Pair[]);
  throw new TypeError(`${shape.name}.${name} cannot be part of a key`);
}

interface Pair {
  readonly name: string;
  readonly value: string;
}

function pairsText(pairs: readonly Pair[]): string {
  const texts = pairs
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, value }) => `${escaped(name).replaceAll("=", "%3D")}=${escaped(value)}`);
  return texts.join("|");
}

const escaped = (text: string): string =>
  text.includes("%") || text.includes("|") ? text.replaceAll("%", "%25").replaceAll("|", "%7C") : text;
