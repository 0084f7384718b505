import avro from "avsc";
import { Fault } from "../../schemas/faults/fault.ts";

/** How state becomes bytes. The schema travels with the bytes, so that a later version can read or refuse them. */
export interface Codec<S> {
  readonly schema: avro.Schema;
  readonly type: avro.Type;
  /** Kept so that `S` is inferred where a codec is passed. */
  readonly example?: S;
}

type Scalar = "uint32" | "int64" | "float64" | "boolean" | "string";
type FieldSpec = Scalar | { readonly list: FieldSpec } | { readonly struct: FieldSpecs };
/** Names and kinds of a state's fields; the order is that of the bytes. */
export interface FieldSpecs {
  readonly [name: string]: FieldSpec;
}
type ValueOf<F extends FieldSpec> = F extends "string"
  ? string
  : F extends "boolean"
    ? boolean
    : F extends Scalar
      ? number
      : F extends { readonly list: infer E extends FieldSpec }
        ? ValueOf<E>[]
        : F extends { readonly struct: infer N extends FieldSpecs }
          ? StructOf<N>
          : never;
/** The TypeScript type of a state of these fields, mutable: a step changes it in place. */
export type StructOf<F extends FieldSpecs> = { -readonly [K in keyof F]: ValueOf<F[K]> };

/**
 * A codec for state made of numbers, flags, texts, lists and structs: `struct({ count: "uint32", mean: "float64" })`.
 * `float64` keeps every bit; `uint32` and `int64` take integers from -2^52 (avsc 5.7.9 loses the sign of what is below) to
 * 2^53 - 2 (it takes no larger one).
 */
export function struct<const F extends FieldSpecs>(fields: F): Codec<StructOf<F>> {
  const schema = recordSchema(fields, "State");
  return { schema, type: avro.Type.forSchema(schema) };
}

/** Names of nested records are made from the path: Avro wants each name once. */
function recordSchema(fields: FieldSpecs, name: string): avro.Schema {
  return {
    type: "record",
    name,
    fields: Object.entries(fields).map(([field, spec]) => ({ name: field, type: fieldSchema(spec, `${name}_${field}`) })),
  } as avro.Schema;
}

/** `uint32` and `int64` are Avro longs both: the name says what is meant, the bytes are as many as the number needs. */
function fieldSchema(spec: FieldSpec, name: string): avro.Schema {
  if (typeof spec === "object") {
    return "list" in spec ? ({ type: "array", items: fieldSchema(spec.list, name) } as avro.Schema) : recordSchema(spec.struct, name);
  }
  const scalars = { uint32: "long", int64: "long", float64: "double", boolean: "boolean", string: "string" } as const;
  return scalars[spec];
}

/** Encodes many values of one type into one buffer, growing it as needed; avsc alone would encode a large value twice. */
export function encodeAll(type: avro.Type, values: Iterable<unknown>): Buffer {
  let buffer = Buffer.allocUnsafe(1 << 16);
  let at = 0;
  for (const value of values) {
    let next = type.encode(value, buffer, at);
    while (next < 0) {
      const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at - next));
      buffer.copy(larger, 0, 0, at);
      buffer = larger;
      next = type.encode(value, buffer, at);
    }
    at = next;
  }
  return buffer.subarray(0, at);
}

/** The inverse of `encodeAll`; reads what another version wrote where the two schemas resolve. GW_CHECKPOINT_FOREIGN where not. */
export function* decodeAll(type: avro.Type, writtenAs: string, bytes: Buffer): Generator<unknown> {
  const resolver = resolverFor(type, writtenAs);
  for (let at = 0; at < bytes.length; ) {
    const { value, offset } = type.decode(bytes, at, resolver) as { value: unknown; offset: number };
    if (offset < 0) throw new Fault("GW_CHECKPOINT_CORRUPT", "a checkpoint ends in the middle of an entry");
    yield value;
    at = offset;
  }
}

/** None where the schemas are the same, the usual case. */
function resolverFor(type: avro.Type, writtenAs: string) {
  if (writtenAs === JSON.stringify(type.schema({ exportAttrs: true }))) return undefined;
  try {
    return type.createResolver(avro.Type.forSchema(JSON.parse(writtenAs) as avro.Schema));
  } catch (error) {
    throw new Fault("GW_CHECKPOINT_FOREIGN", "a checkpoint's state has a form this version cannot read", {}, error);
  }
}
