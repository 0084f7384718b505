import { randomUUID } from "node:crypto";
import avro from "avsc";
import { beforeAll, describe, expect, it } from "vitest";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { headerBytes, writeHeader } from "../../infra/registry/wire.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import type { FaultCode } from "../../schemas/faults/faults.ts";
import { internalTopic } from "../../schemas/topics/internal.ts";
import type { Topic } from "../../schemas/topics/topic.ts";

export interface CodecUnderTest {
  /** A codec of its own over the schemas that `put` has put. */
  codec(): RecordCodec;
  /** Registers a schema for a topic's values past any codec; resolves to its id. */
  put(topic: string, schema: object): Promise<number>;
}

interface Reading {
  readonly name: string;
  readonly count: number;
  readonly values: readonly number[];
  readonly note: string | null;
}

const field = { name: { name: "name", type: "string" }, count: { name: "count", type: "long" } };
const values = { name: "values", type: { type: "array", items: "double" }, default: [] };
const note = { name: "note", type: ["null", "string"], default: null };
const schemaOf = (...fields: object[]) => ({ type: "record", name: "Reading", namespace: "codec.test", fields });
const current = schemaOf(field.name, field.count, values, note);
const sample: Reading = { name: "ä", count: 2 ** 53 - 2, values: [0.5, -1, Number.MAX_VALUE], note: "x" };

const record = (value: Buffer | null): LogRecord => ({ offset: 0, timestampMs: 0, key: null, value, headers: {} });
const ownTopic = (schema: object = current): Topic<Reading> =>
  internalTopic<Reading>({ name: `codec-${randomUUID()}`, schema, eventTime: null });

/** A record as another program would write it. */
function written(id: number, schema: object, value: unknown): LogRecord {
  const data = avro.Type.forSchema(schema as avro.Schema).toBuffer(value);
  return record(framed(id, data));
}

function framed(id: number, data: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(headerBytes), data]);
  writeHeader(bytes, id);
  return bytes;
}

const codeOf = (read: () => unknown): FaultCode | "read" => {
  try {
    read();
    return "read";
  } catch (error) {
    return (error as { code: FaultCode }).code;
  }
};

/** What every codec keeps, whatever holds its schemas. */
export function codecContract(name: string, open: () => Promise<CodecUnderTest>): void {
  describe(name, () => {
    let under: CodecUnderTest;
    beforeAll(async () => {
      under = await open();
    });

    async function ready(schema: object = current) {
      const codec = under.codec();
      const topic = ownTopic(schema);
      await codec.register([topic]);
      const good = record(codec.encode(topic, sample));
      await codec.warm(codec.unknownIds([good]));
      return { codec, topic, good, id: good.value?.readUInt32BE(1) ?? -1 };
    }

    it("reads what it wrote", async () => {
      const { codec, topic, good } = await ready();
      expect(codec.decode(topic, good)).toEqual(sample);
      expect(codec.unknownIds([good])).toEqual([]);
    });

    it("reads what another codec wrote once it has asked for the id, and asks for each once", async () => {
      const { topic, good, id } = await ready();
      const other = under.codec();
      expect(other.unknownIds([good, good, record(null), record(Buffer.from("{}"))])).toEqual([id]);
      expect(codeOf(() => other.decode(topic, good))).toBe("GW_DECODE_SCHEMA_UNKNOWN");
      await Promise.all([other.warm([id]), other.warm([id])]);
      expect(other.decode(topic, good)).toEqual(sample);
    });

    it("gives the same schema the same id", async () => {
      const topic = ownTopic();
      const ids = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const codec = under.codec();
          await codec.register([topic]);
          return codec.encode(topic, sample).readUInt32BE(1);
        }),
      );
      expect(new Set(ids).size).toBe(1);
    });

    it("reads older and newer writers through the topic's schema", async () => {
      const { codec, topic } = await ready();
      const older = schemaOf(field.name, { name: "count", type: "int" });
      const newer = schemaOf(field.name, { name: "extra", type: { type: "array", items: "string" } }, field.count, values, note);
      const ids = [await under.put(topic.name.concat("-older"), older), await under.put(topic.name.concat("-newer"), newer)] as const;
      await codec.warm(ids);
      expect(codec.decode(topic, written(ids[0], older, { name: "a", count: 3 }))).toEqual({ name: "a", count: 3, values: [], note: null });
      const read = codec.decode(topic, written(ids[1], newer, { name: "a", extra: ["p", "q"], count: 3, values: [1], note: null }));
      expect(read).toEqual({ name: "a", count: 3, values: [1], note: null });
    });

    it("registers a schema that reads what is registered, and names the field of one that does not", async () => {
      const topic = ownTopic(schemaOf(field.name, field.count));
      await under.codec().register([topic]);
      const grown: Topic<Reading> = { ...topic, schema: current, type: avro.Type.forSchema(current as avro.Schema) };
      await under.codec().register([grown]);
      const broken = schemaOf(field.name, field.count, { name: "mandatory", type: "string" });
      const refused = under.codec().register([{ ...topic, schema: broken }]);
      await expect(refused).rejects.toMatchObject({ code: "GW_SCHEMA_INCOMPATIBLE", message: expect.stringContaining("mandatory") });
    });

    it("tells apart what can be wrong with bytes, and reads the good record between them", async () => {
      const { codec, topic, good, id } = await ready();
      const bytes = good.value as Buffer;
      const huge = Buffer.concat([Buffer.from([2, 0x61, 2]), Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x20])]);
      const tooLong = Buffer.concat([Buffer.from([2, 0x61]), Buffer.from("80808080808080808001", "hex"), Buffer.from([0, 0])]);
      const bad: [string, Buffer | null, FaultCode][] = [
        ["no value", null, "GW_RECORD_NULL"],
        ["no bytes", Buffer.alloc(0), "GW_DECODE_FRAMING"],
        ["half a header", bytes.subarray(0, 4), "GW_DECODE_FRAMING"],
        ["another magic byte", Buffer.from([1, ...bytes.subarray(1)]), "GW_DECODE_FRAMING"],
        ["JSON", Buffer.from('{"name":"a"}'), "GW_DECODE_FRAMING"],
        ["only a header", bytes.subarray(0, headerBytes), "GW_DECODE_TRUNCATED"],
        ["the end missing", bytes.subarray(0, -1), "GW_DECODE_TRUNCATED"],
        ["something behind the value", Buffer.concat([bytes, Buffer.from([0])]), "GW_DECODE_TRUNCATED"],
        ["an array of 2^39 items", framed(id, huge), "GW_DECODE_TRUNCATED"],
        ["a long beyond 2^53", framed(id, tooLong), "GW_DECODE_TRUNCATED"],
        ["a branch that the union lacks", framed(id, Buffer.from([2, 0x61, 2, 0, 8])), "GW_DECODE_TRUNCATED"],
      ];
      for (const [what, value, code] of bad) {
        expect([what, codeOf(() => codec.decode(topic, record(value)))]).toEqual([what, code]);
        expect(codec.decode(topic, good)).toEqual(sample);
      }
    });

    it("remembers that an id does not exist", async () => {
      const { codec, topic, good } = await ready();
      const ids = [2_147_000_111, 4_294_967_295];
      const poison = ids.map((id) => record(framed(id, (good.value as Buffer).subarray(headerBytes))));
      expect(codec.unknownIds(poison)).toEqual(ids);
      await codec.warm(ids);
      expect(codec.unknownIds(poison)).toEqual([]);
      for (const one of poison) expect(codeOf(() => codec.decode(topic, one))).toBe("GW_DECODE_SCHEMA_UNKNOWN");
    });

    it("refuses a schema of something else, and one without what the topic needs", async () => {
      const { codec, topic } = await ready();
      const other = { ...current, name: "Invoice" };
      const poorer = schemaOf(field.name);
      const ids = [await under.put(`${topic.name}-invoice`, other), await under.put(`${topic.name}-poorer`, poorer)] as const;
      await codec.warm(ids);
      expect(codeOf(() => codec.decode(topic, written(ids[0], other, sample)))).toBe("GW_DECODE_SCHEMA_FOREIGN");
      expect(() => codec.decode(topic, written(ids[1], poorer, { name: "a" }))).toThrow(/count/);
    });

    it("does not write what the schema cannot hold, and says where", async () => {
      const { codec, topic } = await ready();
      const wrong = { ...sample, values: [1, "two"] };
      expect(codeOf(() => codec.encode(topic, wrong))).toBe("GW_RECORD_SHAPE");
      expect(() => codec.encode(topic, wrong)).toThrow(/values\.1/);
      expect(codec.encode(topic, sample)).toEqual(codec.encode(topic, sample));
    });

    it("writes values larger than any before", async () => {
      const { codec, topic } = await ready();
      const large: Reading = { ...sample, values: Array.from({ length: 50_000 }, (_, i) => i / 3) };
      expect(codec.decode(topic, record(codec.encode(topic, large)))).toEqual(large);
    });
  });
}
