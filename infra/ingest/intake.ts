import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { LogPort, OutRecord, PlainWriter } from "../kafka/port.ts";
import type { RecordCodec } from "../registry/record-codec.ts";
import { RecordMaker } from "./record-maker.ts";

/** What was taken of a call: values that Kafka has, and those that no lane could use, by their place in the call. */
export interface Taken {
  readonly accepted: number;
  readonly faults: readonly { readonly index: number; readonly code: string; readonly message: string }[];
}

/** The one way into topics for everything that is not a pipeline: HTTP, scrapes, logs, hooks. */
export interface Intake {
  /**
   * Takes values of one topic in their JSON form, alone or in the envelope of `tail --raw`. Resolves once Kafka has every good
   * one. Throws GW_INTAKE_FULL where too many bytes are on their way, GW_INTAKE_UNAVAILABLE where Kafka or the registry do not
   * answer in time: then some may have been written all the same, and whoever sends again may write them twice.
   */
  take(topic: AnyTopic, values: readonly unknown[]): Promise<Taken>;
}

/** What an intake works with. */
export interface IntakeOptions {
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly named: (topic: string) => string;
  /** Makes a topic and registers its schema, once before its first record. */
  readonly ensure: (topic: AnyTopic) => Promise<void>;
  readonly prepare: (topic: AnyTopic, value: unknown) => unknown;
  readonly maxAheadMs: number;
  /** Encoded bytes that may be on their way to Kafka at once. */
  readonly maxBytesInFlight: number;
  /** How long a call waits for Kafka and the registry. */
  readonly patienceMs: number;
}

const batchBytes = 900_000;
const batchRecords = 10_000;

interface Parcel {
  readonly records: readonly OutRecord[];
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Checks, encodes and sends what comes, in the order of the calls: one batch at a time is on its way, and what comes meanwhile
 * makes up the next, so that many small calls cost as few sends as one large one. Memory is bounded by `maxBytesInFlight`.
 */
export class KafkaIntake implements Intake {
  readonly #options: IntakeOptions;
  readonly #makers = new Map<string, Promise<RecordMaker>>();
  #waiting: Parcel[] = [];
  #bytesInFlight = 0;
  #writer: PlainWriter | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  async take(topic: AnyTopic, values: readonly unknown[]): Promise<Taken> {
    this.#mustHaveRoom(0);
    const maker = await this.#inTime(this.#maker(topic));
    const records: OutRecord[] = [];
    const faults: { index: number; code: string; message: string }[] = [];
    let bytes = 0;
    for (const [index, value] of values.entries()) {
      try {
        if (typeof value !== "object" || value === null || Array.isArray(value))
          throw new Fault("GW_RECORD_SHAPE", "it is not a JSON object");
        const record = maker.recordOf(value as Readonly<Record<string, unknown>>);
        records.push(record);
        bytes += sizeOf(record);
      } catch (error) {
        const { code, message } = faultOf(error, "GW_RECORD_SHAPE", "reading the value");
        faults.push({ index, code, message });
      }
    }
    if (records.length > 0) {
      this.#mustHaveRoom(bytes);
      await this.#inTime(this.#queue(records, bytes));
    }
    return { accepted: records.length, faults };
  }

  /** Waits for what is on its way, no longer than a call would: who sent the rest has been told that it is not taken. */
  async close(): Promise<void> {
    const sent = Promise.resolve(this.#sending).then(() => this.#writer?.close());
    await this.#inTime(sent).catch(() => undefined);
  }

  /** A call that is larger than the bound goes alone, or it could never go. */
  #mustHaveRoom(bytes: number): void {
    const { maxBytesInFlight } = this.#options;
    if (this.#bytesInFlight === 0 || this.#bytesInFlight + bytes <= maxBytesInFlight) return;
    throw new Fault("GW_INTAKE_FULL", `${this.#bytesInFlight} bytes are on their way to Kafka, at most ${maxBytesInFlight} may be`);
  }

  #maker(topic: AnyTopic): Promise<RecordMaker> {
    const { codec, named, ensure, prepare, maxAheadMs } = this.#options;
    const known = this.#makers.get(topic.name);
    if (known !== undefined) return known;
    const made = ensure(topic).then(() => new RecordMaker({ topic, codec, named, maxAheadMs, prepare }));
    this.#makers.set(topic.name, made);
    // A neighbour that is away today is asked again at the next call.
    made.catch(() => this.#makers.delete(topic.name));
    return made;
  }

  #queue(records: readonly OutRecord[], bytes: number): Promise<void> {
    this.#bytesInFlight += bytes;
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ records, bytes, resolve, reject }));
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
    return done;
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const parcels = this.#nextParcels();
      try {
        this.#writer ??= await this.#options.log.producer();
        await this.#writer.send(parcels.flatMap(({ records }) => records));
        for (const parcel of parcels) parcel.resolve();
      } catch (error) {
        for (const parcel of parcels) parcel.reject(error);
        await this.#writer?.close().catch(() => undefined);
        this.#writer = undefined;
      }
      for (const { bytes } of parcels) this.#bytesInFlight -= bytes;
    }
  }

  #nextParcels(): Parcel[] {
    let bytes = 0;
    let records = 0;
    let count = 0;
    for (const parcel of this.#waiting) {
      if (count > 0 && (bytes + parcel.bytes > batchBytes || records + parcel.records.length > batchRecords)) break;
      bytes += parcel.bytes;
      records += parcel.records.length;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #inTime<R>(job: Promise<R>): Promise<R> {
    const { patienceMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Fault("GW_INTAKE_UNAVAILABLE", `Kafka or the registry has not answered within ${patienceMs / 1_000} s`)),
        patienceMs,
      );
    });
    try {
      return await Promise.race([job, over]);
    } catch (error) {
      if (error instanceof Fault && error.code === "GW_INTAKE_UNAVAILABLE") throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new Fault("GW_INTAKE_UNAVAILABLE", `Kafka or the registry has not taken it: ${why}`, {}, error);
    } finally {
      clearTimeout(timer);
      job.catch(() => undefined);
    }
  }
}

const sizeOf = ({ key, value }: OutRecord): number => (key?.length ?? 0) + (value?.length ?? 0);
