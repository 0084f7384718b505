import { MemoryLog } from "../../infra/kafka/memory/log.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { LaneMeter } from "../../infra/lanes/links.ts";
import { checkpointTopic, runsTopic } from "../../infra/lanes/names.ts";
import type { LaneSettings, MemberSettings } from "../../infra/lanes/settings.ts";
import { Worker } from "../../infra/lanes/worker.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import { inGroup } from "../../schemas/topics/group.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { partsToRun, topicsOf } from "../../scripts/worker/parts.ts";
import { caughtUp } from "./caught-up.ts";
import { plainCodec } from "./plain-codec.ts";
import { inRecordedOrder, runsOf, type Taken } from "./recorded-order.ts";

export const testSettings: LaneSettings & MemberSettings = {
  lingerMs: 5,
  quietLingerMs: 5,
  quietMs: 20,
  maxBatchRecords: 200,
  checkpointIntervalMs: 40,
  replayBudgetMs: 2_000,
  maxAheadMs: Number.POSITIVE_INFINITY,
  idleMs: 30,
  idleHoldsMs: 250,
  onGap: "halt",
  stallMs: 5_000,
  from: "earliest",
  recordRuns: true,
  sessionTimeoutMs: 1_000,
  heartbeatMs: 10,
  rebalanceTimeoutMs: 1_000,
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
  readonly #partitions: number;
  /** What lanes have reported, over all workers. */
  readonly met = { restored: 0, replayed: 0, gaps: 0, failures: 0, fenced: 0, stalled: 0 };

  constructor(pipeline: Pipeline, partitions: number, settings: Partial<LaneSettings & MemberSettings> = {}) {
    this.pipeline = pipeline;
    this.settings = { ...testSettings, ...settings };
    this.#partitions = partitions;
    for (const topic of topicsOf(partsToRun([pipeline], () => ({})))) {
      if (topic.role !== "internal") this.#create(topic.name, topic.role === "table" ? 1 : partitions);
    }
    this.#create("gatewatch.dlq", 1);
    this.makeGroup("g");
  }

  /** The topics that a group of workers has for itself. */
  makeGroup(group: string): void {
    const { parts } = this.pipeline.shape();
    for (const { topic } of parts.flatMap(({ sinks }) => sinks)) {
      if (topic.role === "internal") this.#create(inGroup(group, topic.name), this.#partitions);
    }
    this.#create(checkpointTopic(group), 1);
    this.#create(inGroup(group, runsTopic(this.pipeline.name)), 1);
  }

  #create(name: string, partitions: number): void {
    this.log.create({ name, partitions, settings: {} });
  }

  /** `port`, `pipeline` and `codec` may be replaced by ones that misbehave. */
  async worker({ port = this.log.connect(), pipeline = this.pipeline, codec = plainCodec, group = "g" } = {}): Promise<Working> {
    const worker = await Worker.start({
      log: port,
      codec,
      meter: this.#meter(),
      logger,
      group,
      named: (topic) => inGroup(group, topic),
      parts: partsToRun([pipeline], () => ({}), group),
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
        if (event === "stalled") this.met.stalled += 1;
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

  /** Every committed record of a topic, by partition; of an internal one, of the first group's. */
  async read(named: string): Promise<LogRecord[][]> {
    const topic = inGroup("g", named);
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

  /** Whether a group has committed all that lies in its inputs. */
  caughtUp(group = "g"): Promise<boolean> {
    return caughtUp(this.pipeline, this.port, { group, named: (topic) => inGroup(group, topic), partitions: this.#partitions });
  }

  runs(): Promise<Taken[]> {
    return runsOf(this.pipeline, (name) => this.read(name));
  }

  /** What the graphs make of the input in the order the lanes recorded. */
  expected(topic: AnyTopic): Promise<unknown[]> {
    return inRecordedOrder(this.pipeline, topic, (name) => this.read(name), "g");
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
