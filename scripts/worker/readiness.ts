import { SinkLane } from "../../infra/clickhouse/sink-lane.ts";
import type { Feed } from "../../infra/kafka/port.ts";
import { Lane } from "../../infra/lanes/lane.ts";
import type { Worker, WorkerStatus } from "../../infra/lanes/worker.ts";

/** The body of `/readyz`. */
export interface ReadyState {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly parts: WorkerStatus["parts"];
}

/** Lags count from the high watermark last seen: while Kafka is silent for longer than this they say nothing. */
const silentMs = 10_000;

/** Whether a worker does its work: assigned, restored, nothing halted, Kafka answering, sinks writing, within its lag. Before it runs, what it waits for. */
export class Readiness {
  /** Who is not there yet, and what it does meanwhile. */
  readonly waiting = new Map<string, string>();
  readonly workers: Worker[] = [];
  /** Where its lanes read, once it is open. */
  feed: Pick<Feed, "silentMs"> | undefined;
  readonly #maxLag: number;

  constructor(maxLagRecords: number) {
    this.#maxLag = maxLagRecords;
  }

  /** Ready without a reason against it. Asked at each request; looks only. */
  state(): ReadyState {
    const all = this.workers.map((worker) => worker.status());
    const reasons = [
      ...[...this.waiting].map(([who, what]) => `${who} ${what}`),
      ...this.#silence(),
      ...all.flatMap((status) => status.reasons),
      ...this.workers.flatMap((worker) => worker.lanes().flatMap((lane) => this.#troubles(lane))),
    ];
    return { ready: reasons.length === 0, reasons, parts: all.flatMap(({ parts }) => parts) };
  }

  #silence(): string[] {
    const silent = this.feed?.silentMs ?? 0;
    return silent > silentMs ? [`Kafka has not answered a fetch for ${Math.round(silent / 1_000)} s`] : [];
  }

  /** A lane that lives and is still of no use yet: it waits, or lags too far. */
  #troubles(lane: unknown): string[] {
    if (!(lane instanceof Lane || lane instanceof SinkLane)) return [];
    const behind = lane.positions().filter(({ lag }) => lag > this.#maxLag);
    const [tap] = lane.taps;
    const waits =
      lane instanceof SinkLane && lane.waitingFor !== undefined ? [`${tap?.topic}/${tap?.partition} waits: ${lane.waitingFor}`] : [];
    const lags = behind.map(
      ({ topic, lag }) => `${topic}/${tap?.partition} lags ${lag} records behind (http.maxLagRecords ${this.#maxLag})`,
    );
    return [...waits, ...lags];
  }
}
