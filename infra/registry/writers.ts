import type avro from "avsc";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { boundedType } from "./bounded-avro.ts";
import { headerBytes } from "./wire.ts";

/** What a registry knows under an id: Avro that could be parsed, or why this reader can do nothing with it. */
export type WriterSchema = { readonly type: avro.Type } | { readonly unusable: string };

/** What poison may cost: ids are 31 bits of whatever stands in a record. */
export interface WritersLimits {
  readonly maxSchemas: number;
  readonly maxMissing: number;
  /** An id that does not exist is not asked for again for so long: producers with a lost registry repeat it in every record. */
  readonly missingMs: number;
}
const writersLimits: WritersLimits = { maxSchemas: 2_000, maxMissing: 20_000, missingMs: 45_000 };

type Decode = (value: Buffer) => unknown;

interface Writer {
  readonly schema: WriterSchema;
  readonly decodes: Map<AnyTopic, Decode>;
}

/**
 * The schemas that records were written with, by id, each with one ready way to read it per topic. Parsing and resolving
 * happen once an (id, topic); the least recently fetched go when there are too many.
 */
export class Writers {
  readonly #limits: WritersLimits;
  readonly #now: () => number;
  readonly #writers = new Map<number, Writer>();
  readonly #missingUntil = new Map<number, number>();
  readonly #readers = new WeakMap<AnyTopic, avro.Type>();
  /** Records come in runs of one topic and one id. */
  #last: { topic: AnyTopic; id: number; decode: Decode } | undefined;

  constructor(limits: WritersLimits = writersLimits, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Also of an id that is known to be missing, until that knowledge is too old. */
  knows(id: number): boolean {
    return this.#writers.has(id) || (this.#missingUntil.get(id) ?? 0) > this.#now();
  }

  /** A schema that arrives for an id that was missing is used from the next record on. */
  add(id: number, schema: WriterSchema): void {
    this.#missingUntil.delete(id);
    this.#writers.delete(id);
    this.#writers.set(id, { schema, decodes: new Map() });
    if (this.#last?.id === id) this.#last = undefined;
    dropOldest(this.#writers, this.#limits.maxSchemas);
  }

  /** The registry has no such id now; somebody may register it later. */
  missing(id: number): void {
    this.#missingUntil.delete(id);
    this.#missingUntil.set(id, this.#now() + this.#limits.missingMs);
    dropOldest(this.#missingUntil, this.#limits.maxMissing);
  }

  /**
   * Throws GW_DECODE_SCHEMA_UNKNOWN, GW_DECODE_SCHEMA_FOREIGN where the topic's reader cannot resolve the writer,
   * GW_DECODE_TRUNCATED where bytes are missing or left over.
   */
  decode(topic: AnyTopic, id: number, value: Buffer): unknown {
    const last = this.#last;
    if (last !== undefined && last.topic === topic && last.id === id) return last.decode(value);
    const writer = this.#writers.get(id);
    if (writer === undefined) throw new Fault("GW_DECODE_SCHEMA_UNKNOWN", `the registry has no schema ${id}`, { schemaId: id });
    let decode = writer.decodes.get(topic);
    if (decode === undefined) {
      decode = this.#decoder(topic, id, writer.schema);
      writer.decodes.set(topic, decode);
    }
    this.#last = { topic, id, decode };
    return decode(value);
  }

  /** Made once an id and topic; a schema that cannot be resolved fails the same way each time, at no further cost. */
  #decoder(topic: AnyTopic, id: number, writer: WriterSchema): Decode {
    const foreign = (why: string): Decode => {
      const fault = new Fault("GW_DECODE_SCHEMA_FOREIGN", `schema ${id} is not one of ${topic.name}: ${why}`, { schemaId: id });
      return () => {
        throw fault;
      };
    };
    if ("unusable" in writer) return foreign(writer.unusable);
    const reader = this.#readerOf(topic);
    if (reader === undefined) return foreign("the topic holds raw bytes");
    try {
      return reading(reader, reader.equals(writer.type) ? undefined : reader.createResolver(writer.type));
    } catch (error) {
      return foreign(error instanceof Error ? error.message : String(error));
    }
  }

  #readerOf(topic: AnyTopic): avro.Type | undefined {
    const known = this.#readers.get(topic);
    if (known !== undefined || topic.schema === null) return known;
    const reader = boundedType(topic.schema);
    this.#readers.set(topic, reader);
    return reader;
  }
}

/** All bytes must be used up: a value that ends early was written with another schema. */
function reading(reader: avro.Type, resolver: avro.Resolver | undefined): Decode {
  return (value) => {
    let read: { value: unknown; offset: number };
    try {
      read = reader.decode(value, headerBytes, resolver);
    } catch (error) {
      throw faultOf(error, "GW_DECODE_TRUNCATED", "the bytes do not fit the schema");
    }
    if (read.offset < 0) throw new Fault("GW_DECODE_TRUNCATED", `the ${value.length} bytes end before the value does`);
    if (read.offset < value.length) {
      throw new Fault("GW_DECODE_TRUNCATED", `${value.length - read.offset} bytes are left over behind the value`);
    }
    return read.value;
  };
}

/** A Map keeps the order in which keys were set, so the first are the oldest. */
function dropOldest(map: Map<number, unknown>, limit: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= limit) return;
    map.delete(oldest);
  }
}
