import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAll, encodeAll, struct } from "./codec.ts";

const codec = struct({ count: "uint32", mean: "float64", name: "string", seen: { list: { struct: { at: "int64", on: "boolean" } } } });
const written = JSON.stringify(codec.type.schema({ exportAttrs: true }));
/** One below the largest exact integer: avsc refuses that one. */
const largest = Number.MAX_SAFE_INTEGER - 1;
const state = fc.record({
  count: fc.nat(2 ** 32 - 1),
  mean: fc.double(),
  name: fc.string(),
  seen: fc.array(fc.record({ at: fc.integer({ min: -(2 ** 52), max: largest }), on: fc.boolean() })),
});

describe("a state's codec", () => {
  it("keeps every bit of what it was given", () => {
    fc.assert(
      fc.property(fc.array(state), (states) => {
        expect([...decodeAll(codec.type, written, encodeAll(codec.type, states))]).toEqual(states);
      }),
    );
  });

  it("takes integers up to its bounds, and throws beyond rather than keep another number", () => {
    const at = (value: number) => ({ count: 0, mean: 0, name: "", seen: [{ at: value, on: true }] });
    for (const value of [largest, -(2 ** 52)])
      expect([...decodeAll(codec.type, written, encodeAll(codec.type, [at(value)]))]).toEqual([at(value)]);
    expect(() => encodeAll(codec.type, [at(largest + 1)])).toThrow(/invalid "long"/);
  });

  it("grows for what is larger than its buffer", () => {
    const large = Array.from({ length: 500 }, (_, i) => ({ count: i, mean: i / 7, name: "n".repeat(1_000), seen: [] }));
    expect([...decodeAll(codec.type, written, encodeAll(codec.type, large))]).toEqual(large);
  });

  it("reads what an earlier version wrote where the forms resolve", () => {
    const earlier = struct({
      count: "uint32",
      mean: "float64",
      name: "string",
      seen: { list: { struct: { at: "int64", on: "boolean" } } },
      gone: "string",
    });
    const bytes = encodeAll(earlier.type, [{ count: 1, mean: 2, name: "n", seen: [], gone: "x" }]);
    expect([...decodeAll(codec.type, JSON.stringify(earlier.type.schema({ exportAttrs: true })), bytes)]).toEqual([
      { count: 1, mean: 2, name: "n", seen: [] },
    ]);
  });

  it("refuses a form it cannot read, and bytes that end too soon", () => {
    const foreign = struct({ count: "string" });
    expect(() => [...decodeAll(codec.type, JSON.stringify(foreign.type.schema()), Buffer.alloc(3))]).toThrow(
      expect.objectContaining({ code: "GW_CHECKPOINT_FOREIGN" }),
    );
    const bytes = encodeAll(codec.type, [{ count: 1, mean: 2, name: "name", seen: [] }]);
    expect(() => [...decodeAll(codec.type, written, bytes.subarray(0, -2))]).toThrow(
      expect.objectContaining({ code: "GW_CHECKPOINT_CORRUPT" }),
    );
  });
});
