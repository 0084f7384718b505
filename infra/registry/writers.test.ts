import { describe, expect, it } from "vitest";
import { internalTopic } from "../../schemas/topics/internal.ts";
import { boundedType } from "./bounded-avro.ts";
import { Writers } from "./writers.ts";

const schema = { type: "record", name: "Small", fields: [{ name: "n", type: "int" }] };
const topic = internalTopic<{ n: number }>({ name: "small", schema, eventTime: null });
const type = boundedType(schema);
const bytes = Buffer.from([0, 0, 0, 0, 1, 84]);
const unknown = expect.objectContaining({ code: "GW_DECODE_SCHEMA_UNKNOWN" });

describe("Writers", () => {
  it("forgets the schemas fetched first when there are too many", () => {
    const writers = new Writers({ maxSchemas: 2, maxMissing: 2, missingMs: 1_000 });
    for (const id of [1, 2, 1, 3]) writers.add(id, { type });
    expect([1, 2, 3].map((id) => writers.knows(id))).toEqual([true, false, true]);
    expect(writers.decode(topic, 1, bytes)).toEqual({ n: 42 });
    expect(() => writers.decode(topic, 2, bytes)).toThrow(unknown);
  });

  it("takes an id for missing for a while only, and until it is there", () => {
    let now = 0;
    const writers = new Writers({ maxSchemas: 2, maxMissing: 2, missingMs: 1_000 }, () => now);
    writers.missing(7);
    now = 999;
    expect(writers.knows(7)).toBe(true);
    expect(() => writers.decode(topic, 7, bytes)).toThrow(unknown);
    now = 1_000;
    expect(writers.knows(7)).toBe(false);
    writers.add(7, { type });
    expect(writers.decode(topic, 7, bytes)).toEqual({ n: 42 });
  });

  it("does not swell when every record names another id", () => {
    const writers = new Writers({ maxSchemas: 2, maxMissing: 3, missingMs: 1_000 }, () => 0);
    for (let id = 0; id < 10; id += 1) writers.missing(id);
    expect(Array.from({ length: 10 }, (_, id) => id).filter((id) => writers.knows(id))).toEqual([7, 8, 9]);
  });

  it("reads by a schema that came anew under the same id", () => {
    const writers = new Writers();
    writers.add(1, { unusable: "it is not an Avro schema" });
    expect(() => writers.decode(topic, 1, bytes)).toThrow(/not an Avro schema/);
    writers.add(1, { type });
    expect(writers.decode(topic, 1, bytes)).toEqual({ n: 42 });
  });
});
