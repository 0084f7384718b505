import { setTimeout as pause } from "node:timers/promises";
import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import avro from "avsc";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { Logger } from "../telemetry/log.ts";
import type { SchemaSource } from "./avro-codec.ts";
import { boundedHook } from "./bounded-avro.ts";
import { incompatible, unreadable } from "./compatible.ts";
import { type RegistryAnswer, RegistryHttp, statusOf, unreachable } from "./registry-http.ts";
import type { RegistrySettings } from "./settings.ts";
import type { WriterSchema } from "./writers.ts";

/** Confluent's ids are signed; one above can only come from poison bytes and is not worth a request. */
const largestId = 2 ** 31 - 1;
const conflictsBorne = 10;

/** A schema registry with the Confluent API (Confluent, Apicurio, Karapace), through the client that people use with kafkajs. */
export class RegistrySource implements SchemaSource {
  readonly #registry: SchemaRegistry;
  readonly #http: RegistryHttp;
  readonly #named: (topic: string) => string;
  readonly #logger: Logger;

  constructor({ url, username, password, named = (topic) => topic }: RegistrySettings, logger: Logger) {
    this.#http = new RegistryHttp(url, username, password);
    this.#named = named;
    this.#logger = logger;
    this.#registry = new SchemaRegistry(this.#http.clientSettings(), {
      [SchemaType.AVRO]: { typeHook: boundedHook, omitRecordMethods: true },
    });
  }

  /**
   * What is registered and is no Avro, or Avro that does not parse, is unusable rather than missing: asking again would not
   * help.
   */
  async find(id: number): Promise<WriterSchema | undefined> {
    if (id > largestId) return undefined;
    try {
      const found = await this.#registry.getSchema(id);
      return avro.Type.isType(found) ? { type: found as avro.Type } : { unusable: "it is not an Avro schema" };
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined) return { unusable: `it cannot be parsed: ${error instanceof Error ? error.message : String(error)}` };
      if (status !== 404) throw unreachable(this.#http.address, error);
      this.#logger.warn(
        { code: "GW_DECODE_SCHEMA_UNKNOWN", schemaId: id },
        `the registry has no schema ${id}; its records go to the dead-letter topic`,
      );
      return undefined;
    } finally {
      // It would keep every schema for ever; what is worth keeping, `Writers` keeps.
      this.#registry.cache.clear();
    }
  }

  /** Under the subject's BACKWARD rule, which is set where the registry has none for it. */
  async register(topic: AnyTopic): Promise<number> {
    const subject = `${this.#named(topic.name)}-value`;
    const schema = JSON.stringify(topic.schema);
    for (let conflicts = 0; ; conflicts += 1) {
      const { answer, compatibility } = await this.#registerOnce(subject, schema);
      if (answer.ok) return answer.value;
      if (answer.status !== 409) throw incompatible(subject, answer.message);
      const why = await this.#conflict(subject, topic.schema as object);
      if (why !== undefined || conflicts >= conflictsBorne) throw incompatible(subject, why ?? `${answer.message} (${compatibility})`);
      await pause(20 + 30 * conflicts);
    }
  }

  async #registerOnce(subject: string, schema: string): Promise<{ answer: RegistryAnswer<number>; compatibility: COMPATIBILITY }> {
    const compatibility = await this.#compatibility(subject);
    // A known schema needs no write, and reading is all that many users may do.
    const known = await this.#http.answer(() => this.#registry.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema }));
    if (known.ok) return { answer: known, compatibility };
    const answer = await this.#http.answer(() => this.#registry.register({ type: SchemaType.AVRO, schema }, { subject, compatibility }));
    return { answer: answer.ok ? { ok: true, value: answer.value.id } : answer, compatibility };
  }

  /**
   * The client sets it only after the first registration and then races with itself; and where a subject without a setting of
   * its own answers NONE (Apicurio) it refuses to register at all. So it is set first; whatever is at least as strict stays.
   */
  async #compatibility(subject: string): Promise<COMPATIBILITY> {
    for (let conflicts = 0; ; conflicts += 1) {
      const level = await this.#http.compatibility(subject);
      if (level !== undefined && enough.has(level)) return level as COMPATIBILITY;
      const set = await this.#http.setCompatibility(subject, COMPATIBILITY.BACKWARD);
      if (set.ok) return COMPATIBILITY.BACKWARD;
      if (set.status !== 409 || conflicts >= conflictsBorne) throw incompatible(subject, `its compatibility cannot be set: ${set.message}`);
      await pause(20 + 30 * conflicts);
    }
  }

  /** A registry says that a schema does not fit, not where: the newest one tells. Undefined when it fits by now. */
  async #conflict(subject: string, ours: object): Promise<string | undefined> {
    const newest = await this.#http.answer(async () => this.find(await this.#registry.getLatestSchemaId(subject)));
    if (!newest.ok || newest.value === undefined) return undefined;
    return "type" in newest.value ? unreadable(ours, newest.value.type.schema({ exportAttrs: true }) as object) : newest.value.unusable;
  }
}

const enough: ReadonlySet<string> = new Set(["BACKWARD", "BACKWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"]);
