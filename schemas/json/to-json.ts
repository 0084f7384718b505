import { type Shape, shapeOf } from "../shapes/shape.ts";
import type { AnyTopic } from "../topics/topic.ts";

/**
 * A record of the topic as one JSON text: the fields of the Avro schema in their order, times as integer microseconds, unions as
 * plain values, pairs as an object. The same record gives the same text, and `fromJson` reads it back to the last bit; only NaN
 * and the infinities, which JSON does not have, become null.
 */
export function toJson(topic: AnyTopic, value: unknown): string {
  if (topic.schema === null) throw new TypeError(`${topic.name} holds raw bytes`);
  let writer = writers.get(topic.schema);
  if (writer === undefined) {
    writer = writerOf(shapeOf(topic.schema));
    writers.set(topic.schema, writer);
  }
  return writer(value);
}

type Writer = (value: unknown) => string;
const writers = new WeakMap<object, Writer>();

function writerOf(shape: Shape): Writer {
  switch (shape.kind) {
    case "record":
      return recordWriter(shape.fields.map((field) => ({ name: field.name, write: writerOf(field.shape) })));
    case "optional": {
      const write = writerOf(shape.of);
      return (value) => (value === null ? "null" : write(value));
    }
    case "list":
      return listWriter(writerOf(shape.items));
    case "pairs":
      return pairsWriter;
    case "double":
      return double;
    case "string":
    case "enum":
      return text;
    default:
      return String;
  }
}

interface FieldWriter {
  readonly name: string;
  readonly write: Writer;
}

function recordWriter(fields: readonly FieldWriter[]): Writer {
  const heads = fields.map(({ name }, i) => `${i === 0 ? "" : ","}${text(name)}:`);
  return (value) => {
    let json = "{";
    for (let i = 0; i < fields.length; i += 1) {
      const { name, write } = fields[i] as FieldWriter;
      json += (heads[i] as string) + write((value as Readonly<Record<string, unknown>>)[name]);
    }
    return `${json}}`;
  };
}

function listWriter(write: Writer): Writer {
  return (value) => {
    let json = "[";
    const list = value as readonly unknown[];
    for (let i = 0; i < list.length; i += 1) json += (i === 0 ? "" : ",") + write(list[i]);
    return `${json}]`;
  };
}

const text = (value: unknown): string => JSON.stringify(value);

/** JSON has -0, and JavaScript's shortest form of a double reads back as the same double. */
function double(value: unknown): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return "null";
}

interface Pair {
  readonly name: string;
  readonly value: string;
}

/** An array where an object would lose something: a name that comes twice, or one that JavaScript sorts as an index. */
function pairsWriter(value: unknown): string {
  const pairs = value as readonly Pair[];
  const plain = new Set(pairs.map(({ name }) => name)).size === pairs.length && !pairs.some(({ name }) => isIndex.test(name));
  if (plain) return `{${pairs.map((pair) => `${text(pair.name)}:${text(pair.value)}`).join(",")}}`;
  return `[${pairs.map((pair) => `{"name":${text(pair.name)},"value":${text(pair.value)}}`).join(",")}]`;
}

const isIndex = /^(?:0|[1-9]\d{0,9})$/;
