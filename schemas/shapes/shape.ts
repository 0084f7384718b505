/**
 * An Avro schema as everything here walks it: names resolved, unions reduced to "may be null". The catalogue uses this part of
 * Avro and no more; a schema outside it is refused when it is loaded, not when a record comes.
 */
export type Shape =
  | { readonly kind: "boolean" | "int" | "long" | "time" | "double" | "string" }
  | { readonly kind: "enum"; readonly name: string; readonly doc: string; readonly symbols: readonly string[] }
  | { readonly kind: "optional"; readonly of: Shape }
  | { readonly kind: "list"; readonly items: Shape }
  /** An array of NameValue: an object in JSON. Avro's own map would lose `__proto__` in avsc, and repeated names. */
  | { readonly kind: "pairs"; readonly record: RecordShape }
  | RecordShape;

/** A record's fields in the order of its bytes. */
export interface RecordShape {
  readonly kind: "record";
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly Field[];
}

/** One field, with all the schema says of it. */
export interface Field {
  readonly name: string;
  readonly doc: string;
  readonly shape: Shape;
  /** Undefined where the field must be given. */
  readonly default: unknown;
  /** Smallest and largest value that can be true, from the attributes of the same names; of lists, of each item. */
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

const known = new WeakMap<object, RecordShape>();

/** The shape of a topic's schema, worked out once. Throws a TypeError where the schema uses more of Avro than we do. */
export function shapeOf(schema: object): RecordShape {
  let shape = known.get(schema);
  if (shape === undefined) {
    const walked = walk(schema, new Map(), "");
    if (walked.kind !== "record") throw new TypeError("a topic's schema is a record");
    shape = walked;
    known.set(schema, shape);
  }
  return shape;
}

const scalars = new Set(["boolean", "int", "long", "double", "string"]);

function walk(schema: unknown, names: Map<string, Shape>, at: string): Shape {
  if (typeof schema === "string") {
    const named = names.get(unqualified(schema));
    if (named !== undefined) return named;
    if (scalars.has(schema)) return { kind: schema as "string" };
  } else if (Array.isArray(schema)) {
    if (schema.length === 2 && schema[0] === "null") return { kind: "optional", of: walk(schema[1], names, at) };
  } else if (typeof schema === "object" && schema !== null) {
    return walkObject(schema as AvroObject, names, at);
  }
  throw new TypeError(`${at || "the schema"}: ${JSON.stringify(schema)} is not among the Avro types in use`);
}

/** An Avro schema as JSON, as far as we look at it. */
interface AvroObject {
  readonly type: unknown;
  readonly name?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly symbols?: readonly string[];
  readonly items?: unknown;
  readonly fields?: readonly AvroField[];
}
/** `minimum` and `maximum` are ours: Avro passes over attributes that it does not know. */
interface AvroField {
  readonly name: string;
  readonly doc?: string;
  readonly type: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

function walkObject(schema: AvroObject, names: Map<string, Shape>, at: string): Shape {
  const { type, name = "", doc = "" } = schema;
  if (type === "record") return walkRecord(schema, names, at);
  if (type === "enum") {
    const shape: Shape = { kind: "enum", name: unqualified(name), doc, symbols: schema.symbols ?? [] };
    names.set(unqualified(name), shape);
    return shape;
  }
  if (type === "array") {
    const items = walk(schema.items, names, `${at}[]`);
    return items.kind === "record" && items.name === "NameValue" ? { kind: "pairs", record: items } : { kind: "list", items };
  }
  if (type === "long" && schema.logicalType === "timestamp-micros") return { kind: "time" };
  return walk(type, names, at);
}

function walkRecord({ name = "", doc = "", fields = [] }: AvroObject, names: Map<string, Shape>, at: string): RecordShape {
  const walked: Field[] = [];
  const shape: RecordShape = { kind: "record", name: unqualified(name), doc, fields: walked };
  for (const field of fields) {
    const { name: fieldName, doc: fieldDoc = "", type, default: given, minimum, maximum } = field;
    const path = at === "" ? fieldName : `${at}.${fieldName}`;
    walked.push({ name: fieldName, doc: fieldDoc, shape: walk(type, names, path), default: given, minimum, maximum });
  }
  // Known by name only from here on: none of our records holds itself.
  names.set(unqualified(name), shape);
  return shape;
}

const unqualified = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
