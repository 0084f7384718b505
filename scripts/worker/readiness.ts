import { Lane } from "../../infra/lanes/lane.ts";
import type { Worker, WorkerStatus } from "../../infra/lanes/worker.ts";

export interface ReadyState {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly parts: WorkerStatus["parts"];
}

/** Whether a worker does its work: assigned, restored, nothing halted, within its lag. Before it runs, what it waits for. */
export class Readiness {
  /** What the worker does while it is not running yet, or no longer. */
  phase = "starts";
  worker: Worker | undefined;
  readonly #maxLag: number;

  constructor(maxLagRecords: number) {
    this.#maxLag = maxLagRecords;
  }

  state(): ReadyState {
    if (this.worker === undefined) return { ready: false, reasons: [`the worker ${this.phase}`], parts: [] };
    const { reasons, parts } = this.worker.status();
    const all = [...reasons, ...this.#lagging(this.worker)];
    return { ready: all.length === 0, reasons: all, parts };
  }

  #lagging(worker: Worker): string[] {
    return worker.lanes().flatMap((lane) => {
      if (!(lane instanceof Lane)) return [];
      const behind = lane.positions().filter(({ lag }) => lag > this.#maxLag);
      return behind.map(({ topic, lag }) => `${topic}/${lane.name.slot} lags ${lag} records behind (http.maxLagRecords ${this.#maxLag})`);
    });
  }
}
