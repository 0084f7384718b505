import { MemoryLog } from "../../infra/kafka/memory/log.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { LaneMeter } from "../../infra/lanes/links.ts";
import { checkpointTopic, runsTopic } from "../../infra/lanes/names.ts";
import type { LaneSettings, MemberSettings } from "../../infra/lanes/settings.ts";
import { Worker } from "../../infra/lanes/worker.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { partsToRun, topicsOf } from "../../scripts/worker/parts.ts";

export const testSettings: LaneSettings & MemberSettings = {
  lingerMs: 5,
  quietLingerMs: 5,
  quietMs: 20,
  maxBatchRecords: 200,
  checkpointIntervalMs: 40,
  replayBudgetMs: 2_000,
  maxAheadMs: Number.POSITIVE_INFINITY,
  idleMs: 30,
  onGap: "halt",
  stallMs: 5_000,
  from: "earliest",
  recordRuns: true,
  sessionTimeoutMs: 1_000,
  heartbeatMs: 10,
  rebalanceTimeoutMs: 1_000,
};

/** Avro in the Confluent framing with the topic's own type: what a registry would give, without one. */
export const plainCodec: RecordCodec = {
  unknownIds: () => [],
  warm: async () => undefined,
  register: async () => undefined,
  decode(topic, { value }) {
    if (value === null || value[0] !== 0 || value.length < 5) throw new Fault("GW_DECODE_FRAMING", "not the wire format");
    return topic.type.fromBuffer(value.subarray(5));
  },
  encode: (topic, value) => Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), topic.type.toBuffer(value)]),
};

const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent } as never;

export interface Working {
  readonly worker: Worker;
  kill(): Promise<void>;
}

/** A memory log with the pipeline's topics, and workers that can be ended without a word. */
export class LaneRig {
  readonly log = new MemoryLog();
  readonly port: LogPort = this.log.connect();
  readonly pipeline: Pipeline;
  readonly settings: LaneSettings & MemberSettings;
  /** What lanes have reported, over all workers. */
  readonly met = { restored: 0, replayed: 0, gaps: 0, failures: 0, fenced: 0 };

  constructor(pipeline: Pipeline, partitions: number, settings: Partial<LaneSettings & MemberSettings> = {}) {
    this.pipeline = pipeline;
    this.settings = { ...testSettings, ...settings };
    for (const topic of topicsOf(partsToRun([pipeline], () => ({})))) {
      this.log.create({ name: topic.name, partitions: topic.role === "table" ? 1 : partitions, settings: {} });
    }
    for (const name of [checkpointTopic("g"), runsTopic(pipeline.name), "gatewatch.dlq"])
      this.log.create({ name, partitions: 1, settings: {} });
  }

  /** `port` and `pipeline` may be replaced by ones that misbehave. */
  async worker({ port = this.log.connect(), pipeline = this.pipeline } = {}): Promise<Working> {
    const worker = await Worker.start({
      log: port,
      codec: plainCodec,
      meter: this.#meter(),
      logger,
      group: "g",
      named: (topic) => topic,
      parts: partsToRun([pipeline], () => ({})),
      sinks: [],
      settings: this.settings,
      lost: silent,
    });
    return {
      worker,
      /** As SIGKILL would: nothing is finished, nothing more is written by the lanes. */
      async kill() {
        for (const lane of worker.lanes()) lane.drop();
        await worker.stop(0);
        await port.close();
      },
    };
  }

  #meter(): LaneMeter {
    return {
      event: (_, event) => {
        if (event === "failure") this.met.failures += 1;
        if (event === "fenced") this.met.fenced += 1;
      },
      restored: (_, __, replayed) => {
        this.met.restored += 1;
        this.met.replayed += replayed;
      },
      gap: () => {
        this.met.gaps += 1;
      },
      committed: silent,
    };
  }

  produce(topic: AnyTopic, partition: number, values: readonly unknown[]): void {
    this.log.append(
      values.map((value) => ({ topic: topic.name, partition, key: Buffer.from(topic.key(value)), value: plainCodec.encode(topic, value) })),
    );
  }

  /** Every committed record of a topic, by partition. */
  async read(topic: string): Promise<LogRecord[][]> {
    const count = this.log.count(topic) ?? 0;
    const all: LogRecord[][] = [];
    for (let partition = 0; partition < count; partition += 1) {
      const { records } = await this.port.fetch({ topic, partition }, 0, { maxBytes: Number.POSITIVE_INFINITY });
      all.push([...records]);
    }
    return all;
  }

  async values(topic: AnyTopic): Promise<unknown[]> {
    return (await this.read(topic.name)).flat().map((record) => plainCodec.decode(topic, record));
  }

  /** What the graphs make of the input in the order the lanes recorded: each lane's runs, part by part. */
  async expected(topic: AnyTopic): Promise<unknown[]> {
    const parts = this.pipeline.shape().parts;
    const partitions = this.log.count(parts[0]?.inputs[0]?.topic.name ?? "") ?? 1;
    const out: unknown[] = [];
    for (const part of parts) {
      const places = part.inputs.map((input) => input.topic.name);
      const contents = new Map<string, LogRecord[][]>();
      for (const name of places) contents.set(name, await this.read(name));
      for (let lane = 0; lane < partitions; lane += 1) {
        const graph = this.pipeline.open(part.name, {
          partition: lane,
          lanes: partitions,
          maxAheadMs: Number.POSITIVE_INFINITY,
          decode: (given, record) => plainCodec.decode(given, record),
        });
        const next = places.map(() => 0);
        for (const { input, length } of await this.#runsOf(part.name, lane)) {
          if (length === 0) graph.idle(input);
          const from = next[input] ?? 0;
          const role = part.inputs[input]?.role;
          const records = contents.get(places[input] ?? "")?.[role === "table" ? 0 : lane] ?? [];
          graph.feed(
            input,
            records.filter(({ offset }) => offset >= from && offset < from + length),
          );
          next[input] = from + length;
        }
        for (const output of graph.take()) if (output.kind === "record" && output.topic.name === topic.name) out.push(output.value);
      }
    }
    return out;
  }

  async #runsOf(part: string, lane: number): Promise<{ input: number; length: number }[]> {
    const [records = []] = await this.read(runsTopic(this.pipeline.name));
    return records
      .map(({ value }) => JSON.parse(String(value)) as { part: string; lane: number; runs: { input: number; length: number }[] })
      .filter((one) => one.part === part && one.lane === lane)
      .flatMap(({ runs }) => runs);
  }
}

/** Waits for a stated condition. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
