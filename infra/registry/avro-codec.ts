import type { LogRecord } from "../../operators/stream/record.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { RecordCodec } from "./record-codec.ts";
import { framingFault, headerBytes, schemaIdOf, writeHeader } from "./wire.ts";
import { type WriterSchema, Writers } from "./writers.ts";

/** Where schemas live: a registry, or this process. */
export interface SchemaSource {
  /** Undefined where the id does not exist. Throws GW_REGISTRY_UNREACHABLE. */
  find(id: number): Promise<WriterSchema | undefined>;
  /** The id under which the topic's schema is known from now on. Throws GW_SCHEMA_INCOMPATIBLE, GW_REGISTRY_UNREACHABLE. */
  register(topic: AnyTopic): Promise<number>;
}

/** A worker that starts asks for every topic's schema: so many of them at a time. */
const requestsAtOnce = 8;
/** Fits nearly every record; grows where one does not. */
const scratchBytes = 64 * 1024;

/** The codec over any source: all waiting is in `warm` and `register`, so that `decode` and `encode` never wait. */
export class AvroCodec implements RecordCodec {
  readonly #source: SchemaSource;
  readonly #writers: Writers;
  readonly #fetches = new Map<number, Promise<void>>();
  readonly #ids = new Map<string, number>();
  #scratch = Buffer.allocUnsafeSlow(scratchBytes);

  constructor(source: SchemaSource, writers: Writers = new Writers()) {
    this.#source = source;
    this.#writers = writers;
  }

  /** Runs of one id, the usual case, cost one comparison a record. */
  unknownIds(records: readonly LogRecord[]): number[] {
    const unknown = new Set<number>();
    let before: number | undefined;
    for (const { value } of records) {
      const id = schemaIdOf(value);
      if (id === before || id === undefined) continue;
      before = id;
      if (!this.#writers.knows(id)) unknown.add(id);
    }
    return [...unknown];
  }

  /** An id that several ask for at once is fetched once. What does not exist is remembered as missing and does not throw. */
  async warm(ids: readonly number[]): Promise<void> {
    await eachOf(ids, (id) => {
      const begun = this.#fetches.get(id) ?? this.#fetch(id).finally(() => this.#fetches.delete(id));
      this.#fetches.set(id, begun);
      return begun;
    });
  }

  /** Once a process and topic; a second call asks nobody. Topics of raw bytes have no schema and are passed over. */
  async register(topics: readonly AnyTopic[]): Promise<void> {
    const missing = topics.filter(({ name, schema }) => schema !== null && !this.#ids.has(name));
    await eachOf(missing, async (topic) => {
      this.#ids.set(topic.name, await this.#source.register(topic));
    });
  }

  /** The value is fresh and the caller's own. Never waits: an id nobody has warmed throws GW_DECODE_SCHEMA_UNKNOWN. */
  decode(topic: AnyTopic, { value }: LogRecord): unknown {
    const id = schemaIdOf(value);
    if (id === undefined || value === null) throw framingFault(value);
    return this.#writers.decode(topic, id, value);
  }

  /**
   * A buffer of its own. Throws GW_RECORD_SHAPE naming the fields that do not fit, GW_GRAPH_BROKEN where the topic was not
   * registered.
   */
  encode(topic: AnyTopic, value: unknown): Buffer {
    const id = this.#ids.get(topic.name);
    if (id === undefined) throw new Fault("GW_GRAPH_BROKEN", `the schema of ${topic.name} has not been registered by this process`);
    try {
      const end = this.#write(topic, value);
      writeHeader(this.#scratch, id);
      const bytes = Buffer.allocUnsafe(end);
      this.#scratch.copy(bytes, 0, 0, end);
      return bytes;
    } catch (error) {
      throw new Fault("GW_RECORD_SHAPE", `${topic.name} takes no such value: ${misfit(topic, value, error)}`, {}, error);
    }
  }

  /** avsc answers a buffer that is too small with the missing bytes, below zero. */
  #write(topic: AnyTopic, value: unknown): number {
    const end = topic.type.encode(value, this.#scratch, headerBytes);
    if (end > 0) return end;
    this.#scratch = Buffer.allocUnsafeSlow(2 * (this.#scratch.length - end));
    return this.#write(topic, value);
  }

  async #fetch(id: number): Promise<void> {
    const found = await this.#source.find(id);
    if (found === undefined) this.#writers.missing(id);
    else this.#writers.add(id, found);
  }
}

function misfit(topic: AnyTopic, value: unknown, error: unknown): string {
  const paths: string[] = [];
  topic.type.isValid(value, { errorHook: (path: string[]) => void paths.push(path.join(".")) });
  return paths.length > 0 ? `see ${paths.slice(0, 5).join(", ")}` : String(error);
}

/** Some at a time; the first failure is thrown once those under way have settled. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(requestsAtOnce, items.length) }, worker));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
