import type { GraphOutput, LaneGraph, StageCounts } from "../../operators/stream/lane-graph.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { LogPort } from "../kafka/port.ts";
import type { RecordCodec } from "../registry/record-codec.ts";
import type { Logger } from "../telemetry/log.ts";
import type { LaneName } from "./names.ts";
import type { Tables } from "./tables.ts";

/** What all lanes of a process share. */
export interface Links {
  readonly log: LogPort;
  readonly codec: RecordCodec;
  /** Broadcast inputs, read once a process. */
  readonly tables: Tables;
  readonly meter: LaneMeter;
  readonly logger: Logger;
  /** So many recoveries at a time; the others wait for their turn. */
  readonly recoveries: Turns;
  /** A topic's name on the wire, for this namespace and group. */
  readonly named: (topic: string) => string;
  /** Number of partitions of a topic that this process writes marks to. */
  readonly partitionsOf: (topic: string) => number;
}

export type LaneEvent = "rebalance" | "failure" | "fenced" | "stalled";

/** What lanes report of themselves; the metric catalogue gives it names. */
export interface LaneMeter {
  /** Once a happening, whichever lane of the group it was. */
  event(group: string, event: LaneEvent): void;
  /** A lane lives: how long it took to restore, and how many records were read again for it. */
  restored(lane: LaneName, ms: number, replayed: number): void;
  /** Its next records were gone, whatever it does about that. */
  gap(lane: LaneName, topic: string): void;
  /** A transaction came through. Counts and outputs are those it covers; called after it, so that what is counted is there. */
  committed(
    lane: LaneName,
    transaction: { ms: number; records: number; outputs: number; checkpointBytes: number },
    counts: ReadonlyMap<string, StageCounts>,
    outputs: readonly GraphOutput[],
  ): void;
}

/** One part of a pipeline, ready to be opened for any partition. */
export interface PartToRun {
  readonly pipeline: Pipeline;
  /** By the topic it begins with, or the name its `rekey` gave it. */
  readonly part: string;
  /** Checked and complete; the same for every lane of the part. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of the workers, without its namespace. */
  readonly group: string;
  readonly inputs: readonly { readonly topic: AnyTopic; readonly role: LaneGraph["inputs"][number]["role"] }[];
  /** Each once, internal ones included. */
  readonly outputs: readonly AnyTopic[];
  /** Changes whenever code or options do: stands in every checkpoint. */
  readonly fingerprint: string;
}

/** Lets a bounded number of jobs run at once, in the order they asked. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Resolves or rejects as the job does; its turn goes to the next either way. */
  async take<R>(job: () => Promise<R>): Promise<R> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
