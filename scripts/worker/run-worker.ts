import { join } from "node:path";
import type { Settings } from "../../infra/config/settings.ts";
import { underNamespace } from "../../infra/config/settings.ts";
import { startHealthServer } from "../../infra/http/health-server.ts";
import type { LogPort, TopicSpec } from "../../infra/kafka/port.ts";
import { type SinkToRun, Worker } from "../../infra/lanes/worker.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { laneGauges } from "../../infra/telemetry/lane-gauges.ts";
import { laneMeter } from "../../infra/telemetry/lane-meter.ts";
import type { Logger } from "../../infra/telemetry/log.ts";
import { Meter } from "../../infra/telemetry/meter.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { topicByName, topics } from "../../schemas/topics/index.ts";
import { partsToRun, topicsOf } from "./parts.ts";
import { patiently } from "./patiently.ts";
import { Readiness } from "./readiness.ts";
import { checkpointSpec, coPartitioned, runsSpec, topicSpec } from "./topic-specs.ts";

export interface WorkerToRun {
  readonly settings: Settings;
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly logger: Logger;
  readonly pipelines: readonly Pipeline[];
  readonly sinks: readonly SinkToRun[];
  /** Makes the tables the sinks write to; asked until it has done so. */
  makeTables?(): Promise<void>;
  /** A folder of this worker's own, where member ids survive a SIGKILL. */
  readonly memberDir?: string;
  /** Ends the waiting for neighbours while starting. */
  readonly stop: AbortSignal;
}

export interface RunningWorker {
  /** Of `/healthz`, `/readyz` and `/metrics`. */
  readonly address: string;
  readonly ready: () => boolean;
  /** Resolves when Kafka has dropped this process for good: it should end with a code and be started again. */
  readonly lost: Promise<Error>;
  /** Last transactions with checkpoints, out of the groups, server closed. The log and the codec are the caller's. */
  stop(): Promise<void>;
}

/**
 * One worker in this process: topics, schemas and tables made where missing, then every lane the groups deal out to it, and
 * its health over HTTP from the first moment. A neighbour that does not answer is waited for; what cannot come right throws.
 */
export async function runWorker(run: WorkerToRun): Promise<RunningWorker> {
  const { settings, log, codec, logger, pipelines, sinks, stop, memberDir } = run;
  const named = underNamespace(settings.namespace);
  const group = named(settings.group);
  const parts = partsToRun(pipelines, (pipeline) => settings.pipelines[pipeline] ?? {});
  const readiness = new Readiness(settings.http.maxLagRecords);
  const meter = new Meter();
  laneGauges(
    meter,
    () => readiness.worker,
    () => readiness.state().ready,
  );
  const server = await startHealthServer({
    ...settings.http,
    ready: () => readiness.state(),
    metrics: (accept) => meter.scrape(accept),
  });
  const lost = Promise.withResolvers<Error>();
  const step = <R>(what: string, job: () => Promise<R>) => {
    readiness.phase = what;
    return patiently(job, { stop, say: (sentence) => logger.warn(sentence) });
  };
  try {
    await step("makes its topics", () => makeTopics(run, parts, group, named));
    const registered = [...topicsOf(parts), ...sinks.flatMap((sink) => topicOfSink(sink, named) ?? [])].filter(
      ({ schema }) => schema !== null,
    );
    await step("registers its schemas", () => codec.register([...new Set(registered)]));
    if (run.makeTables !== undefined) await step("makes its tables", run.makeTables);
    const worker = await step("joins its groups", () =>
      Worker.start({
        log,
        codec,
        logger,
        group,
        named,
        parts,
        sinks,
        meter: laneMeter(meter),
        settings: settings.lane,
        memberFile: memberDir === undefined ? undefined : (member) => join(memberDir, `${member}.member`),
        lost: lost.resolve,
      }),
    );
    readiness.worker = worker;
    return {
      address: server.address,
      ready: () => readiness.state().ready,
      lost: lost.promise,
      async stop() {
        readiness.phase = "stops";
        readiness.worker = undefined;
        await worker.stop();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function makeTopics(
  { settings, log, pipelines, sinks }: WorkerToRun,
  parts: ReturnType<typeof partsToRun>,
  group: string,
  named: (topic: string) => string,
): Promise<void> {
  const sizing = settings.kafka;
  const wanted = new Map([...topicsOf(parts), topics.dlq].map((topic) => [topic.name, topic]));
  for (const sink of sinks) {
    const topic = topicOfSink(sink, named);
    if (topic !== undefined) wanted.set(topic.name, topic);
  }
  const specs: TopicSpec[] = [...wanted.values()].map((topic) => topicSpec(topic, named, sizing));
  specs.push(checkpointSpec(group, sizing));
  if (settings.lane.recordRuns) for (const { name } of pipelines) specs.push(runsSpec(name, named));
  const existing = await log.admin.partitions(specs.map(({ name }) => name));
  await log.admin.createTopics(coPartitioned(specs, parts, named, existing).filter(({ name }) => !existing.has(name)));
}

/** A sink names its topic as it lies in Kafka. */
function topicOfSink({ topic }: SinkToRun, named: (topic: string) => string) {
  const prefix = named("");
  return topicByName(topic.startsWith(prefix) ? topic.slice(prefix.length) : topic);
}
