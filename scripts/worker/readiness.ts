import { SinkLane } from "../../infra/clickhouse/sink-lane.ts";
import { Lane } from "../../infra/lanes/lane.ts";
import type { Worker, WorkerStatus } from "../../infra/lanes/worker.ts";

export interface ReadyState {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly parts: WorkerStatus["parts"];
}

/** Whether a worker does its work: assigned, restored, nothing halted, sinks writing, within its lag. Before it runs, what it waits for. */
export class Readiness {
  /** Who is not there yet, and what it does meanwhile. */
  readonly waiting = new Map<string, string>();
  readonly workers: Worker[] = [];
  readonly #maxLag: number;

  constructor(maxLagRecords: number) {
    this.#maxLag = maxLagRecords;
  }

  state(): ReadyState {
    const all = this.workers.map((worker) => worker.status());
    const reasons = [
      ...[...this.waiting].map(([who, what]) => `${who} ${what}`),
      ...all.flatMap((status) => status.reasons),
      ...this.workers.flatMap((worker) => worker.lanes().flatMap((lane) => this.#troubles(lane))),
    ];
    return { ready: reasons.length === 0, reasons, parts: all.flatMap(({ parts }) => parts) };
  }

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
