import fc from "fast-check";
import { type RecordShape, type Shape, shapeOf } from "../../schemas/shapes/shape.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";

/** Any record that fits a topic's schema, true or not: whole ranges of numbers, any well-formed text, repeated names. */
export function anyRecord(topic: AnyTopic): fc.Arbitrary<Record<string, unknown>> {
  if (topic.schema === null) throw new TypeError(`${topic.name} has no schema`);
  return recordOf(shapeOf(topic.schema));
}

const recordOf = ({ fields }: RecordShape): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(fields.map(({ name, shape }) => [name, anyOf(shape)])));

function anyOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "record":
      return recordOf(shape);
    case "optional":
      return fc.option(anyOf(shape.of));
    case "list":
      return fc.array(anyOf(shape.items), { maxLength: 4 });
    case "pairs":
      return fc.array(fc.record({ name: fc.oneof(text, fc.constantFrom("__proto__", "constructor", "7", "")), value: text }), {
        maxLength: 4,
      });
    case "enum":
      return fc.constantFrom(...shape.symbols);
    default:
      return scalars[shape.kind];
  }
}

const text = fc.string({ unit: "binary", maxLength: 12 });
/** What avsc carries: up to 2^53 - 2, down to -2^52 (see `schemas/json/scalars.ts`). */
const whole = fc.maxSafeInteger().map((value) => Math.max(-(2 ** 52), Math.min(Number.MAX_SAFE_INTEGER - 1, value)));
const scalars = {
  boolean: fc.boolean(),
  int: fc.integer(),
  long: whole,
  time: whole,
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  string: text,
};
