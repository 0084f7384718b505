import type { Settings } from "../../infra/config/settings.ts";
import { underNamespace } from "../../infra/config/settings.ts";
import type { LogPort, OutRecord, PlainWriter } from "../../infra/kafka/port.ts";
import { type Patience, patiently } from "../../infra/patience/patiently.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { topicByName } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { topicSpec } from "../worker/topic-specs.ts";
import { type SimulatedEvent, simulatedTopics } from "./slice.ts";

/** What simulated events go through. */
export interface SenderOptions {
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly settings: Pick<Settings, "namespace" | "kafka">;
  readonly patience: Patience;
}

/** The topics of the simulator, each made and its schema registered where missing. */
const written: readonly AnyTopic[] = simulatedTopics.map((name) => topicByName(name) as AnyTopic);

/** Simulated events to their topics, in order. Waits for a broker or a registry that is away as its patience says. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #named: (topic: string) => string;
  #writer: PlainWriter;

  private constructor(options: SenderOptions, writer: PlainWriter) {
    this.#options = options;
    this.#named = underNamespace(options.settings.namespace);
    this.#writer = writer;
  }

  /** Throws what opening has failed with once the patience is over. */
  static async open(options: SenderOptions): Promise<Sender> {
    const { log, codec, settings, patience } = options;
    const specs = written.map((topic) => topicSpec(topic, underNamespace(settings.namespace), settings.kafka));
    await patiently(() => log.admin.createTopics(specs), patience);
    await patiently(() => codec.register(written), patience);
    return new Sender(options, await patiently(() => log.producer(), patience));
  }

  /** Resolves when all of them are in Kafka. Once the outcome of a send is unknown it is done again, so one may be there twice. */
  async send(events: readonly SimulatedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const records = events.map((event) => this.#record(event));
    await patiently(async () => {
      try {
        await this.#writer.send(records);
      } catch (error) {
        await this.#writer.close().catch(() => undefined);
        this.#writer = await this.#options.log.producer();
        throw error;
      }
    }, this.#options.patience);
  }

  async close(): Promise<void> {
    await this.#writer.close().catch(() => undefined);
  }

  #record({ topic: name, value: given }: SimulatedEvent): OutRecord {
    const topic = topicByName(name) as AnyTopic;
    const read = fromJson(topic, given);
    if ("faults" in read) throw new TypeError(`a simulated ${name} does not fit its schema: ${JSON.stringify(read.faults)}`);
    const value = topic.complete(read.value);
    return { topic: this.#named(name), key: Buffer.from(topic.key(value)), value: this.#options.codec.encode(topic, value) };
  }
}
