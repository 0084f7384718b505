import avro from "avsc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedType } from "./bounded-avro.ts";

const list = (items: unknown) => ({ type: "array", items });
const map = (values: unknown) => ({ type: "map", values });
const schema = {
  type: "record",
  name: "Nested",
  fields: [
    { name: "lists", type: list(list("string")) },
    { name: "maps", type: map(list("double")) },
    { name: "maybe", type: ["null", map("long")], default: null },
    { name: "last", type: "int" },
  ],
};
const nested = boundedType(schema);
const skipping = { reader: boundedType({ type: "record", name: "Nested", fields: [{ name: "last", type: "int" }] }) };
const plain = avro.Type.forSchema(schema as avro.Schema);
const anyNested = fc.record({
  lists: fc.array(fc.array(fc.string())),
  maps: fc.dictionary(fc.string(), fc.array(fc.double({ noNaN: true }))),
  maybe: fc.oneof(
    fc.constant(null),
    fc.dictionary(
      fc.string(),
      fc.maxSafeNat().map((n) => n % 2 ** 40),
    ),
  ),
  last: fc.nat({ max: 2 ** 31 - 1 }),
});

describe("boundedType", () => {
  it("reads and skips whatever avsc writes", () => {
    const resolver = skipping.reader.createResolver(nested);
    fc.assert(
      fc.property(anyNested, (value) => {
        const bytes = plain.toBuffer(value);
        expect(nested.fromBuffer(bytes)).toEqual(value);
        expect(skipping.reader.fromBuffer(bytes, resolver)).toEqual({ last: value.last });
      }),
    );
  });

  it("comes to an end on any bytes, also where it skips", () => {
    const resolver = skipping.reader.createResolver(nested);
    // 0x80 and 0xff make the long numbers that block counts and sizes are feared for.
    const poison = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff), fc.nat({ max: 255 })), { maxLength: 40 });
    fc.assert(
      fc.property(poison, (bytes) => {
        for (const read of [() => nested.decode(Buffer.from(bytes), 0), () => skipping.reader.decode(Buffer.from(bytes), 0, resolver)]) {
          try {
            expect(read().offset).toBeLessThanOrEqual(bytes.length);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("reads blocks that carry their size, as other languages write them", () => {
    const longs = boundedType(list("long"));
    // Two items in three bytes: 1 and 64; then the end.
    expect(longs.fromBuffer(Buffer.from([3, 6, 2, 0x80, 1, 0]))).toEqual([1, 64]);
  });

  it("keeps a key that is the name of a prototype", () => {
    const read = boundedType(map("string")).fromBuffer(Buffer.from([2, 18, ...Buffer.from("__proto__"), 2, 0x78, 0]));
    expect(Object.entries(read)).toEqual([["__proto__", "x"]]);
  });
});
