import { Fault } from "../../schemas/faults/fault.ts";
import type { LogPort } from "../kafka/port.ts";
import type { RecordCodec } from "../registry/record-codec.ts";
import type { Logger } from "../telemetry/log.ts";
import { Lane, type LaneStatus } from "./lane.ts";
import { type LaneEvent, type LaneMeter, type Links, type PartToRun, Turns } from "./links.ts";
import { checkpointTopic, memberGroup } from "./names.ts";
import { PartRunner, type Runnable } from "./part-runner.ts";
import type { LaneSettings, MemberSettings } from "./settings.ts";
import { Tables } from "./tables.ts";

/** What a worker runs, and what it runs on. */
export interface WorkerOptions {
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly meter: LaneMeter;
  readonly logger: Logger;
  /** With its namespace. Names of groups, transactional ids and checkpoints begin with it. */
  readonly group: string;
  /** A topic's name on the wire, for this namespace and group. */
  readonly named: (topic: string) => string;
  readonly parts: readonly PartToRun[];
  /** Sink lanes, which have no graph; each is one topic's. */
  readonly sinks: readonly SinkToRun[];
  readonly settings: LaneSettings & MemberSettings;
  /** Gives a file for a group's member id, so that a SIGKILLed worker's next life leaves for its former self. */
  readonly memberFile?: (group: string) => string;
  /** Kafka has dropped this process for good: it should exit with a code and be started again. */
  lost(cause: Error): void;
}

/** How a sink joins the worker: the same membership and life cycle as a lane. */
export interface SinkToRun {
  readonly topic: string;
  readonly group: string;
  /** A lane for one partition of the topic; used once, like a pipeline's. */
  open(links: Links, partition: number): Runnable;
}

/** What `/readyz`, the metrics and the status page ask of a worker. */
export interface WorkerStatus {
  readonly ready: boolean;
  /** Why it is not ready, one sentence each; empty where it is. */
  readonly reasons: readonly string[];
  readonly parts: readonly { group: string; lanes: readonly { partition: number; status: string }[]; halted: readonly unknown[] }[];
}

/** Each holds a lane's checkpoint beside the state made of it. */
const recoveriesAtOnce = 8;

/** All lanes of one process: joins a group for each part, opens what the groups deal out, watches that it moves. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #links: Links;
  readonly #runners: PartRunner<Runnable>[];
  #watchdog: NodeJS.Timeout | undefined;

  private constructor(options: WorkerOptions, counts: ReadonlyMap<string, number>) {
    const { log, codec, meter, logger, named } = options;
    this.#options = options;
    const recoveries = new Turns(recoveriesAtOnce);
    const partitionsOf = (topic: string) => counts.get(topic) ?? 0;
    this.#links = { log, codec, meter, logger, named, partitionsOf, recoveries, tables: new Tables(log, { codec, logger }) };
    this.#runners = [
      ...options.parts.map((part) => this.#partRunner(part, counts)),
      ...options.sinks.map((sink) => this.#sinkRunner(sink)),
    ];
  }

  /** Resolves when every part has joined its group; lanes recover after that. */
  static async start(options: WorkerOptions): Promise<Worker> {
    const { log, named, parts, group } = options;
    const names = parts.flatMap(({ inputs, outputs }) => [...inputs.map(({ topic }) => topic), ...outputs]).map(({ name }) => named(name));
    const counts = await log.admin.partitions([...new Set([...names, checkpointTopic(group)])]);
    const worker = new Worker(options, counts);
    await Promise.all(worker.#runners.map((runner) => runner.start()));
    worker.#watchdog = setInterval(() => worker.#watch(), Math.max(100, Math.min(2_000, options.settings.stallMs / 3)));
    return worker;
  }

  /** Drains, checkpoints and leaves; what has not closed by the deadline is dropped. */
  async stop(deadlineMs = 10_000): Promise<void> {
    clearInterval(this.#watchdog);
    await Promise.all(this.#runners.map((runner) => runner.stop(deadlineMs)));
    this.#links.tables.close();
  }

  /** Those of this process at this moment, sinks among them, halted ones not. */
  lanes(): Runnable[] {
    return this.#runners.flatMap(({ lanes }) => [...lanes.values()]);
  }

  /**
   * Ready when every part is assigned, every lane lives, none waits and none is halted. `reasons` says what is not, one
   * sentence each.
   */
  status(): WorkerStatus {
    const reasons = this.#runners.flatMap(({ group, assigned, lanes, halted }) => {
      if (assigned === undefined) return [`${group} has not been assigned anything yet`];
      const lanesThat = (...are: LaneStatus[]) => [...lanes].filter(([, { status }]) => are.includes(status)).map(([lane]) => lane);
      const opening = lanesThat("waiting", "recovering");
      const failed = lanesThat("closed");
      return [
        ...(opening.length > 0 ? [`${group} recovers lanes ${opening.join(", ")}`] : []),
        ...(failed.length > 0 ? [`${group} opens lanes ${failed.join(", ")} again`] : []),
        ...[...lanes].flatMap(([partition, { waitingFor }]) =>
          waitingFor === undefined ? [] : [`${group}/${partition} waits: ${waitingFor}`],
        ),
        ...[...halted.values()].map(({ partition, code, message }) => `${group}/${partition} is halted: ${code} ${message}`),
      ];
    });
    const parts = this.#runners.map(({ group, lanes, halted }) => ({
      group,
      lanes: [...lanes].map(([partition, { status }]) => ({ partition, status })),
      halted: [...halted.values()],
    }));
    return { ready: reasons.length === 0, reasons, parts };
  }

  /** Names and partition counts are fixed for the life of the worker: a topic that grows needs another start. */
  #partRunner(run: PartToRun, counts: ReadonlyMap<string, number>): PartRunner<Runnable> {
    const { group, settings, named } = this.#options;
    const topics = run.inputs.filter(({ role }) => role !== "table").map(({ topic }) => named(topic.name));
    const lanes = counts.get(topics[0] ?? "") ?? 1;
    const checkpoints = counts.get(checkpointTopic(group)) ?? 1;
    const name = { group, pipeline: run.pipeline.name, part: run.part };
    return this.#runner(memberGroup(name), topics, (slot) => new Lane(this.#links, run, { ...name, slot }, lanes, checkpoints, settings));
  }

  #sinkRunner({ topic, group, open }: SinkToRun): PartRunner<Runnable> {
    return this.#runner(group, [topic], (partition) => open(this.#links, partition));
  }

  #runner(group: string, topics: readonly string[], open: (partition: number) => Runnable): PartRunner<Runnable> {
    const { log, logger, settings, memberFile, lost, meter } = this.#options;
    const count = (event: LaneEvent) => meter.event(group, event);
    return new PartRunner({ log, logger, group, topics, settings, memberFile: memberFile?.(group), open, lost, count });
  }

  /** A lane that has applied records and not committed for too long is replaced; so is a fetch that never answers. */
  #watch(): void {
    const { stallMs, quietMs } = this.#options.settings;
    const hung = this.#options.log.feed.check(stallMs);
    if (hung > 0)
      this.#options.logger.warn({ code: "GW_LANE_STALLED", hung }, `${hung} fetches did not answer for ${stallMs} ms and were given up`);
    for (const runner of this.#runners) {
      for (const [partition, lane] of runner.lanes) {
        if (lane.status !== "live" || lane.stalledMs <= stallMs + quietMs) continue;
        const message = `${runner.group}/${partition} has not committed for ${Math.round(lane.stalledMs)} ms and is opened again`;
        runner.replace(partition, new Fault("GW_LANE_STALLED", message, { group: runner.group, partition }));
      }
    }
  }
}
