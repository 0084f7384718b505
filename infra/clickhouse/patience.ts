import { setTimeout as pause } from "node:timers/promises";
import { type Fault, faultOf } from "../../schemas/faults/fault.ts";

export interface PatienceOptions {
  readonly minMs: number;
  readonly maxMs: number;
  readonly signal: AbortSignal;
  /** Told of each failure that may pass, before the pause; throws to give up. */
  failed(fault: Fault, attempt: number, pauseMs: number): void;
}

/**
 * Runs the work again for as long as it fails with a retriable Fault. Pauses grow and are drawn at random (decorrelated
 * jitter), so that many lanes do not come back to a recovering server at one moment.
 */
export async function patiently<R>(work: (attempt: number) => Promise<R>, { minMs, maxMs, signal, failed }: PatienceOptions): Promise<R> {
  let pauseMs = minMs;
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      signal.throwIfAborted();
      const fault = faultOf(error, "GW_GRAPH_BROKEN", "a sink lane");
      if (!fault.retriable || fault.code === "GW_GRAPH_BROKEN") throw fault;
      pauseMs = Math.min(maxMs, minMs + Math.random() * (3 * pauseMs - minMs));
      failed(fault, attempt, pauseMs);
    }
    await pause(pauseMs, undefined, { signal });
  }
}
