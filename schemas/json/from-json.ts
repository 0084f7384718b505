import type avro from "avsc";
import { closest } from "../faults/closest.ts";
import { type Field, type RecordShape, type Shape, shapeOf } from "../shapes/shape.ts";
import type { AnyTopic } from "../topics/topic.ts";
import { Faults, type JsonFault, type Reader, wanted } from "./reader.ts";
import { enumReader, intReader, longReader, numberReader, textReader, timeReader, truthReader } from "./scalars.ts";

/** A value that Avro takes whole, or everything that is wrong with it. */
export type FromJson = { readonly value: unknown } | { readonly faults: readonly JsonFault[] };

/**
 * A parsed JSON value as a record of the topic: names of the Avro schema, times as integer microseconds or ISO 8601, unions as
 * plain values, pairs as an object, defaults filled in where a field is left out. Every fault is found, not only the first.
 * The record has the same hidden class as one that was decoded.
 */
export function fromJson(topic: AnyTopic, value: unknown): FromJson {
  if (topic.schema === null) return { faults: [{ path: "value", message: `${topic.name} holds raw bytes, not JSON` }] };
  let reader = readers.get(topic.schema);
  if (reader === undefined) {
    reader = recordReader(shapeOf(topic.schema), topic.type);
    readers.set(topic.schema, reader);
  }
  const faults = new Faults();
  const read = reader(value, faults);
  return faults.found === 0 ? { value: read } : { faults: faults.list() };
}

const readers = new WeakMap<object, Reader>();

function readerOf(shape: Shape, type: avro.Type): Reader {
  switch (shape.kind) {
    case "record":
      return recordReader(shape, type);
    case "optional":
      return optionalReader(readerOf(shape.of, (type as unknown as { types: [avro.Type, avro.Type] }).types[1]));
    case "list":
      return listReader(readerOf(shape.items, (type as avro.types.ArrayType).itemsType));
    case "pairs":
      return pairsReader(listReader(recordReader(shape.record, (type as avro.types.ArrayType).itemsType)));
    case "enum":
      return enumReader(shape.symbols);
    default:
      return scalarReaders[shape.kind];
  }
}

const scalarReaders = {
  boolean: truthReader,
  int: intReader,
  long: longReader,
  time: timeReader,
  double: numberReader,
  string: textReader,
};

/** Every fault of a record at once, those of unknown fields last. */
function recordReader(shape: RecordShape, type: avro.Type): Reader {
  const { recordConstructor: Made, fields: typed } = type as unknown as {
    recordConstructor: new (...values: unknown[]) => object;
    fields: avro.types.Field[];
  };
  const fields = shape.fields.map((field, i) => ({ ...field, read: readerOf(field.shape, (typed[i] as avro.types.Field).type) }));
  return (value, faults) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return faults.add(wanted("an object", value));
    const given = value as Readonly<Record<string, unknown>>;
    const values = new Array<unknown>(fields.length);
    let known = 0;
    for (let i = 0; i < fields.length; i += 1) {
      const field = fields[i] as Field & { read: Reader };
      const one = given[field.name];
      if (one === undefined) {
        // The constructor puts a fresh copy of the default in its place.
        if (field.default === undefined) faults.addAt(field.name, "is missing");
        continue;
      }
      known += 1;
      const before = faults.found;
      values[i] = field.read(one, faults);
      if (faults.found !== before) faults.within(field.name, before);
    }
    if (Object.keys(given).length !== known) unknownFields(given, shape, faults);
    return new Made(...values);
  };
}

/** Looked for only where the count of fields does not fit: nearly every record has none. */
function unknownFields(given: Readonly<Record<string, unknown>>, { fields }: RecordShape, faults: Faults): void {
  const names = fields.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (given[name] === undefined || names.includes(name)) continue;
    const near = closest(name, names);
    faults.addAt(name, near === undefined ? "is not a field of this topic" : `is not a field of this topic; did you mean ${near}?`);
  }
}

const optionalReader =
  (read: Reader): Reader =>
  (value, faults) =>
    value === null ? null : read(value, faults);

function listReader(read: Reader): Reader {
  return (value, faults) => {
    if (!Array.isArray(value)) return faults.add(wanted("an array", value));
    const list = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i += 1) {
      const before = faults.found;
      list[i] = read(value[i], faults);
      if (faults.found !== before) faults.within(i, before);
    }
    return list;
  };
}

/** An object, or the array itself: names that come twice, or look like numbers, have no place or order in an object. */
function pairsReader(list: Reader): Reader {
  return (value, faults) => {
    if (Array.isArray(value) || typeof value !== "object" || value === null)
      return Array.isArray(value) ? list(value, faults) : faults.add(wanted("an object", value));
    const pairs = Object.entries(value).map(([name, one]) => ({ name, value: one as unknown }));
    const before = faults.found;
    const read = list(pairs, faults);
    if (faults.found !== before) faults.rename(before, (path) => namedPair(path, pairs));
    return read;
  };
}

/** `[2].value` of the pairs is `content-type` of the object. */
function namedPair(path: string, pairs: readonly { name: string }[]): string {
  const index = Number(path.slice(1, path.indexOf("]")));
  return pairs[index]?.name ?? path;
}
