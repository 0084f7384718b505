import avro from "avsc";
import { type Field, type RecordShape, type Shape, shapeOf } from "./shapes/shape.ts";

/** What keeps a new schema from taking the place of an older one, and at which field. */
export interface Incompatibility {
  readonly path: string;
  readonly message: string;
}

/**
 * Whether readers of `next` can read all that was written under `previous` (BACKWARD), and lose nothing of it: stricter than
 * Avro, which lets a field go, and with it a renamed one. Empty where nothing stands against it.
 */
export function checkCompatible(previous: object, next: object): Incompatibility[] {
  const found = recordFaults(shapeOf(previous), shapeOf(next), "");
  return found.length > 0 ? found : resolverFaults(previous, next);
}

/** avsc has the last word: it is what will read. */
function resolverFaults(previous: object, next: object): Incompatibility[] {
  try {
    avro.Type.forSchema(next as avro.Schema).createResolver(avro.Type.forSchema(previous as avro.Schema));
    return [];
  } catch (error) {
    return [{ path: "value", message: error instanceof Error ? error.message : String(error) }];
  }
}

/** A field that is gone loses what was written; one that is new needs a default, or old records cannot be read. */
function recordFaults(before: RecordShape, after: RecordShape, at: string): Incompatibility[] {
  const path = ({ name }: Field): string => (at === "" ? name : `${at}.${name}`);
  const kept = before.fields.flatMap((field) => {
    const same = after.fields.find(({ name }) => name === field.name);
    if (same === undefined) return [{ path: path(field), message: "is gone; keep it, or add the new name beside it" }];
    return faultsOf(field.shape, same.shape, path(field));
  });
  const added = after.fields.filter((field) => field.default === undefined && before.fields.every(({ name }) => name !== field.name));
  const bare = added.map((field) => ({ path: path(field), message: "is new and has no default; give it one" }));
  return [...nameFaults(before, after, at || "value"), ...kept, ...bare];
}

function faultsOf(before: Shape, after: Shape, at: string): Incompatibility[] {
  if (after.kind === "optional") return faultsOf(before.kind === "optional" ? before.of : before, after.of, at);
  if (before.kind === "list" && after.kind === "list") return faultsOf(before.items, after.items, `${at}[]`);
  if (before.kind === "record" && after.kind === "record") return recordFaults(before, after, at);
  if (before.kind === "pairs" && after.kind === "pairs") return recordFaults(before.record, after.record, `${at}[]`);
  if (before.kind === "enum" && after.kind === "enum")
    return [...nameFaults(before, after, at), ...symbolFaults(before.symbols, after.symbols, at)];
  if (before.kind === after.kind || widens(before.kind, after.kind)) return [];
  return [{ path: at, message: `was ${kindName(before)} and is now ${kindName(after)}` }];
}

function nameFaults(before: { name: string }, after: { name: string }, at: string): Incompatibility[] {
  return before.name === after.name ? [] : [{ path: at, message: `was ${before.name} and is now ${after.name}` }];
}

/** A new symbol is fine: only what was written must be readable. */
function symbolFaults(before: readonly string[], after: readonly string[], at: string): Incompatibility[] {
  const gone = before.filter((symbol) => !after.includes(symbol));
  return gone.length === 0 ? [] : [{ path: at, message: `no longer knows ${gone.join(", ")}` }];
}

/** Avro's own promotions; a long may also turn out to be a time, but a time must not become a mere number. */
const widenings: ReadonlySet<string> = new Set(["int long", "int double", "long double", "long time"]);
const widens = (before: string, after: string): boolean => widenings.has(`${before} ${after}`);

const kindName = ({ kind }: Shape): string => names[kind] ?? kind;
/** Kinds of shapes in words; the others are called as in Avro. */
const names: Readonly<Record<string, string>> = {
  optional: "nullable",
  list: "an array",
  pairs: "pairs",
  record: "a record",
  enum: "an enum",
};
