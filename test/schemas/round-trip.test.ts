import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromJson } from "../../schemas/json/from-json.ts";
import { toJson } from "../../schemas/json/to-json.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { anyRecord } from "./any-record.ts";

const withSchema = Object.values(topics).filter((topic: AnyTopic) => topic.schema !== null) as AnyTopic[];
const runs = { numRuns: 60 };

/** Prototypes apart: a decoded record has avsc's constructor. `Object.is` tells -0, which toEqual does too. */
const plain = (value: unknown): unknown => structuredClone(value);

describe.for(withSchema)("$name", (topic) => {
  const records = anyRecord(topic);

  it("is the same after JSON, whatever it holds", () => {
    fc.assert(
      fc.property(records, (record) => {
        const read = fromJson(topic, JSON.parse(toJson(topic, record)));
        expect("value" in read ? plain(read.value) : read).toEqual(plain(record));
      }),
      runs,
    );
  });

  it("is the same after Avro, and its JSON is then the same text", () => {
    fc.assert(
      fc.property(records, (record) => {
        const decoded = topic.type.fromBuffer(topic.type.toBuffer(record)) as unknown;
        expect(plain(decoded)).toEqual(plain(record));
        expect(toJson(topic, decoded)).toBe(toJson(topic, record));
      }),
      runs,
    );
  });

  it("has a key for any record, and a verdict", () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(typeof topic.key(record)).toBe("string");
        expect(["string", "undefined"]).toContain(typeof topic.senseless(topic.complete(record)));
      }),
      runs,
    );
  });
});
