import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import type { LogPort, PlainWriter } from "../../infra/kafka/port.ts";
import { checkpointTopic, runsTopic } from "../../infra/lanes/names.ts";
import type { LaneSettings, MemberSettings } from "../../infra/lanes/settings.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { partsToRun, topicsOf } from "../../scripts/worker/parts.ts";
import { caughtUp } from "../lanes/caught-up.ts";
import { testSettings } from "../lanes/harness.ts";
import { plainCodec } from "../lanes/plain-codec.ts";
import { inRecordedOrder } from "../lanes/recorded-order.ts";
import { abortedTransactions } from "./aborted.ts";

const settings: LaneSettings & MemberSettings = {
  ...testSettings,
  lingerMs: 20,
  quietLingerMs: 20,
  quietMs: 300,
  idleHoldsMs: 5_000,
  checkpointIntervalMs: 500,
  maxBatchRecords: 500,
  sessionTimeoutMs: 3_000,
  heartbeatMs: 200,
  rebalanceTimeoutMs: 5_000,
};

/** Topics of its own on real Kafka, and workers of one pipeline as processes that can be killed. */
export class KafkaRig {
  readonly pipeline: Pipeline;
  readonly partitions: number;
  readonly #prefix = `fault-${process.pid}-${Date.now().toString(36)}`;
  readonly #brokers: readonly string[];
  readonly #port: LogPort;
  readonly #writer: PlainWriter;
  readonly #dir: string;
  readonly #workers: (ChildProcess | undefined)[] = [];

  private constructor(pipeline: Pipeline, partitions: number, brokers: readonly string[], port: LogPort, writer: PlainWriter, dir: string) {
    this.pipeline = pipeline;
    this.partitions = partitions;
    this.#brokers = brokers;
    this.#port = port;
    this.#writer = writer;
    this.#dir = dir;
  }

  static async open(pipeline: Pipeline, partitions: number, address: string): Promise<KafkaRig> {
    const brokers = [address];
    const port = await openKafka({ brokers, clientId: "fault-test" }, openLog({ level: "silent", write: () => undefined }));
    const rig = new KafkaRig(pipeline, partitions, brokers, port, await port.producer(), await mkdtemp(join(tmpdir(), "gatewatch-fault-")));
    const own = topicsOf(partsToRun([pipeline], () => ({}))).map(({ name, role, cleanup }) => {
      const policy = { "cleanup.policy": cleanup, "min.compaction.lag.ms": "3600000" };
      return { name: rig.#named(name), partitions: role === "table" ? 1 : partitions, settings: policy };
    });
    const single = [checkpointTopic(rig.#prefix), rig.#named(runsTopic(pipeline.name)), rig.#named("gatewatch.dlq")];
    await port.admin.createTopics([...own, ...single.map((name) => ({ name, partitions: 1, settings: {} }))]);
    return rig;
  }

  /** Starts the worker of this number, again where it was killed. */
  start(number: number): void {
    const memberFile = join(this.#dir, String(number));
    const options = { brokers: this.#brokers, pipeline: this.pipeline.name, prefix: this.#prefix, settings, memberFile };
    this.#workers[number] = fork(join(import.meta.dirname, "lane-worker.ts"), [JSON.stringify(options)], {
      execArgv: ["--disable-warning=TimeoutNegativeWarning", "--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", process.env.GATEWATCH_TEST_LOG === undefined ? "ignore" : "inherit", "ipc"],
    });
  }

  signal(number: number, signal: NodeJS.Signals): void {
    this.#workers[number]?.kill(signal);
  }

  /** SIGKILL, and gone before this resolves. */
  async kill(number: number): Promise<void> {
    const worker = this.#workers[number];
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
    const gone = once(worker, "exit");
    worker.kill("SIGKILL");
    await gone;
  }

  /** SIGKILL at the next moment at which one of its lanes has a transaction open, or after some seconds without one. */
  async killInside(number: number): Promise<void> {
    const worker = this.#workers[number];
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
    const gone = once(worker, "exit");
    worker.send("die inside");
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 10_000))]);
    await this.kill(number);
  }

  async produce(topic: AnyTopic, partition: number, values: readonly unknown[]): Promise<void> {
    const records = values.map((value) => ({
      topic: this.#named(topic.name),
      partition,
      key: Buffer.from(topic.key(value)),
      value: plainCodec.encode(topic, value),
    }));
    await this.#writer.send(records);
  }

  async read(topic: string): Promise<LogRecord[][]> {
    const name = this.#named(topic);
    const count = (await this.#port.admin.partitions([name])).get(name) ?? 0;
    return Promise.all(Array.from({ length: count }, (_, partition) => this.#readAll(name, partition)));
  }

  async values(topic: AnyTopic): Promise<unknown[]> {
    return (await this.read(topic.name)).flat().map((record) => plainCodec.decode(topic, record));
  }

  expected(topic: AnyTopic): Promise<unknown[]> {
    return inRecordedOrder(this.pipeline, topic, (name) => this.read(name));
  }

  /** Transactions that were cut off by a kill: each writes its runs into one partition. */
  aborted(): Promise<number> {
    return abortedTransactions(this.#brokers, [{ topic: this.#named(runsTopic(this.pipeline.name)), partition: 0 }]);
  }

  /** Whether the lanes have committed all that lies in the inputs. */
  caughtUp(): Promise<boolean> {
    return caughtUp(this.pipeline, this.#port, {
      group: this.#prefix,
      named: (topic) => this.#named(topic),
      partitions: this.partitions,
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((_, number) => this.kill(number)));
    await this.#writer.close();
    await this.#port.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #readAll(topic: string, partition: number): Promise<LogRecord[]> {
    const all: LogRecord[] = [];
    for (let at = 0; ; ) {
      const { records, next, highWatermark } = await this.#port.fetch({ topic, partition }, at, { maxBytes: 4 << 20, maxWaitMs: 20 });
      for (const record of records) all.push(record);
      if (next >= highWatermark || next === at) return all;
      at = next;
    }
  }

  #named(topic: string): string {
    return `${this.#prefix}.${topic}`;
  }
}
