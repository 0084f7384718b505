import { join } from "node:path";
import { type Settings, topicNames, underNamespace } from "../../infra/config/settings.ts";
import { type HealthServer, startHealthServer } from "../../infra/http/health-server.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { PartToRun } from "../../infra/lanes/links.ts";
import { type SinkToRun, Worker } from "../../infra/lanes/worker.ts";
import { patiently } from "../../infra/patience/patiently.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { laneGauges } from "../../infra/telemetry/lane-gauges.ts";
import { laneMeter } from "../../infra/telemetry/lane-meter.ts";
import type { Logger } from "../../infra/telemetry/log.ts";
import { Meter } from "../../infra/telemetry/meter.ts";
import { sinkMeter } from "../../infra/telemetry/sink-meter.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { topicByName } from "../../schemas/topics/index.ts";
import { makeTopics } from "./make-topics.ts";
import { partsToRun, topicsOf } from "./parts.ts";
import { Readiness } from "./readiness.ts";
import type { Sinks } from "./sinks.ts";

/** Everything a worker needs, opened by whoever runs it. */
export interface WorkerToRun {
  readonly settings: Settings;
  /** Or how to open it, which is repeated until it works. */
  readonly log: LogPort | (() => Promise<LogPort>);
  readonly codec: RecordCodec;
  readonly logger: Logger;
  readonly pipelines: readonly Pipeline[];
  readonly sinks?: Sinks;
  /** A folder of this worker's own, where member ids survive a SIGKILL. */
  readonly memberDir?: string;
  /** Ends the waiting for neighbours while starting. */
  readonly stop: AbortSignal;
  /** Health is served from here on, long before the worker runs. */
  listening?(address: string): void;
}

/** A worker that has begun: it answers, though it may still wait for its neighbours. */
export interface RunningWorker {
  /** Of `/healthz`, `/readyz` and `/metrics`. */
  readonly address: string;
  ready(): boolean;
  /** Resolves when this process cannot go on (Kafka has dropped it, the sinks' tables cannot be used): it should end with a code. */
  readonly lost: Promise<Error>;
  /** Last transactions with checkpoints, out of the groups, server closed. The log and the codec are the caller's. */
  stop(): Promise<void>;
}

/**
 * One worker in this process: topics, schemas and tables made where missing, then every lane the groups deal out to it, and
 * its health over HTTP from the first moment. A neighbour that does not answer is waited for; what cannot come right throws.
 * Sinks start when ClickHouse answers, and the pipelines do not wait for it.
 */
export async function runWorker(run: WorkerToRun): Promise<RunningWorker> {
  const meter = new Meter();
  const readiness = new Readiness(run.settings.http.maxLagRecords);
  laneGauges(meter, readiness.workers, () => readiness.state().ready);
  const server = await startHealthServer({
    ...run.settings.http,
    ready: () => readiness.state(),
    metrics: (accept) => meter.scrape(accept),
  });
  run.listening?.(server.address);
  try {
    return await new Starting(run, meter, readiness, server).worker();
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The steps of a start, in order; each is repeated while its neighbour does not answer. */
class Starting {
  readonly #run: WorkerToRun;
  readonly #meter: Meter;
  readonly #readiness: Readiness;
  readonly #server: HealthServer;
  readonly #named: (topic: string) => string;
  readonly #group: string;
  readonly #parts: readonly PartToRun[];
  readonly #sinks: readonly SinkToRun[];
  readonly #lost = Promise.withResolvers<Error>();
  readonly #leaving = new AbortController();

  constructor(run: WorkerToRun, meter: Meter, readiness: Readiness, server: HealthServer) {
    const { settings, pipelines, sinks } = run;
    this.#run = run;
    this.#meter = meter;
    this.#readiness = readiness;
    this.#server = server;
    this.#named = topicNames(settings);
    this.#group = underNamespace(settings.namespace)(settings.group);
    this.#parts = partsToRun(pipelines, (pipeline) => settings.pipelines[pipeline] ?? {}, settings.group);
    this.#sinks = sinks?.run(sinkMeter(meter)) ?? [];
  }

  async worker(): Promise<RunningWorker> {
    const { log: given, codec } = this.#run;
    const log = typeof given === "function" ? await this.#step("the worker", "connects to Kafka", given) : given;
    this.#readiness.feed = log.feed;
    const sunk = this.#sinks.flatMap(({ topic }) => topicByName(this.#plain(topic)) ?? []);
    const topics = [...new Map([...topicsOf(this.#parts), ...sunk].map((topic) => [topic.name, topic])).values()];
    await this.#step("the worker", "makes its topics", () =>
      makeTopics({ log, topics, parts: this.#parts, group: this.#group, settings: this.#run.settings, named: this.#named }),
    );
    await this.#step("the worker", "registers its schemas", () => codec.register(topics.filter(({ schema }) => schema !== null)));
    await this.#join("the worker", "joins its groups", log, this.#parts, []);
    const sinking = this.#startSinks(log).catch((error: unknown) => {
      if (!this.#leaving.signal.aborted) this.#lost.resolve(error as Error);
    });
    return {
      address: this.#server.address,
      ready: () => this.#readiness.state().ready,
      lost: this.#lost.promise,
      stop: () => this.#stop(sinking),
    };
  }

  async #startSinks(log: LogPort): Promise<void> {
    const { sinks } = this.#run;
    if (sinks === undefined) return;
    await this.#step("the sinks", "make their tables", () => sinks.makeTables());
    if (!this.#leaving.signal.aborted) await this.#join("the sinks", "join their groups", log, [], this.#sinks);
  }

  async #join(who: string, what: string, log: LogPort, parts: readonly PartToRun[], sinks: readonly SinkToRun[]): Promise<void> {
    if (parts.length + sinks.length === 0) return;
    const { codec, logger, settings, memberDir } = this.#run;
    const worker = await this.#step(who, what, () =>
      Worker.start({
        log,
        codec,
        logger,
        group: this.#group,
        named: this.#named,
        parts,
        sinks,
        meter: laneMeter(this.#meter),
        settings: settings.lane,
        memberFile: memberDir === undefined ? undefined : (member) => join(memberDir, `${member}.member`),
        lost: this.#lost.resolve,
      }),
    );
    this.#readiness.workers.push(worker);
  }

  /** Shown in `/readyz` while it waits; waits as long as the neighbour is away, and throws what no waiting mends. */
  async #step<R>(who: string, what: string, job: () => Promise<R>): Promise<R> {
    const { stop, logger } = this.#run;
    this.#readiness.waiting.set(who, what);
    const done = await patiently(job, { stop: AbortSignal.any([stop, this.#leaving.signal]), say: (sentence) => logger.warn(sentence) });
    this.#readiness.waiting.delete(who);
    return done;
  }

  /** Answers to the end, so that `/readyz` says that it stops. */
  async #stop(sinking: Promise<void>): Promise<void> {
    this.#leaving.abort();
    await sinking;
    this.#readiness.waiting.set("the worker", "stops");
    await Promise.all(this.#readiness.workers.splice(0).map((worker) => worker.stop()));
    await this.#server.stop();
  }

  #plain(topic: string): string {
    const prefix = this.#named("");
    return topic.startsWith(prefix) ? topic.slice(prefix.length) : topic;
  }
}
