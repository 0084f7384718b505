import { createHash } from "node:crypto";
import avro from "avsc";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { AvroCodec, type SchemaSource } from "./avro-codec.ts";
import { boundedType } from "./bounded-avro.ts";
import { incompatible, unreadable } from "./compatible.ts";
import type { RecordCodec } from "./record-codec.ts";
import type { WriterSchema } from "./writers.ts";

/** A codec whose schemas live in this process. Codecs over the same `schemas` read each other's records. */
export const memoryCodec = (schemas: MemorySchemas = new MemorySchemas()): RecordCodec => new AvroCodec(schemas);

/** What a registry does, without one: ids by content, and the newest schema of a subject must read what the one before wrote. */
export class MemorySchemas implements SchemaSource {
  readonly #byId = new Map<number, WriterSchema>();
  readonly #newest = new Map<string, object>();

  /** The schema's id; the same schema has the same id in every process. */
  add(schema: object): number {
    const canonical = JSON.stringify(avro.Type.forSchema(schema as avro.Schema).schema({ exportAttrs: true }));
    const id = createHash("sha256").update(canonical).digest().readUInt32BE(0) >>> 1;
    this.#byId.set(id, { type: boundedType(schema) });
    return id;
  }

  /** Undefined for an id that no process sharing these schemas has added. */
  async find(id: number): Promise<WriterSchema | undefined> {
    return this.#byId.get(id);
  }

  /** Throws GW_SCHEMA_INCOMPATIBLE as a registry with BACKWARD would. */
  async register(topic: AnyTopic): Promise<number> {
    const schema = topic.schema as object;
    const before = this.#newest.get(topic.name);
    const why = before === undefined ? undefined : unreadable(schema, before);
    if (why !== undefined) throw incompatible(`${topic.name}-value`, why);
    this.#newest.set(topic.name, schema);
    return this.add(schema);
  }
}
