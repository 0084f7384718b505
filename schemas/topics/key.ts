import type { RecordShape } from "../shapes/shape.ts";

/**
 * The key of a record: its key fields as text, joined by `|`; a `|` or `%` in a field is percent-escaped. A field of names and
 * values adds one `name=value` a pair, in the order of the names, with `=` escaped in names. Two records have one key only where
 * their key fields are the same.
 */
export function keyBuilder<T>(names: readonly (keyof T & string)[], shape: RecordShape): (value: T) => string {
  const [first, ...rest] = names.map((name) => ({ name, kind: shape.fields.find((field) => field.name === name)?.shape.kind }));
  if (first?.kind !== "string") throw new TypeError(`${shape.name}: a key begins with a text`);
  const parts = rest.map(({ name, kind }) => laterPart<T>(name, kind, shape));
  const [second] = parts;
  if (second === undefined) return (value) => escaped(value[first.name] as string);
  if (parts.length === 1) return (value) => escaped(value[first.name] as string) + second(value);
  return (value) => escaped(value[first.name] as string) + parts.map((part) => part(value)).join("");
}

/** With the `|` before it: no pairs are no text at all. */
function laterPart<T>(name: keyof T & string, kind: string | undefined, shape: RecordShape): (value: T) => string {
  if (kind === "string") return (value) => `|${escaped(value[name] as string)}`;
  if (kind === "pairs") return (value) => pairsText(value[name] as readonly Pair[]);
  throw new TypeError(`${shape.name}.${name} cannot be part of a key`);
}

interface Pair {
  readonly name: string;
  readonly value: string;
}

function pairsText(pairs: readonly Pair[]): string {
  const sorted = pairs.length < 2 ? pairs : pairs.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return sorted.map(({ name, value }) => `|${escaped(name).replaceAll("=", "%3D")}=${escaped(value)}`).join("");
}

const escaped = (text: string): string =>
  text.includes("%") || text.includes("|") ? text.replaceAll("%", "%25").replaceAll("|", "%7C") : text;
