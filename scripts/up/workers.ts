import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../schemas/faults/fault.ts";

/** Workers of `up`, in processes of their own or in this one. */
export interface Workers {
  /** Of each, where it answers `/readyz`; undefined while it is not up. */
  addresses(): readonly (string | undefined)[];
  /** Resolves to an exit code when one has ended and starting it again would not help. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

const limitMs = 180_000;

/** Resolves when every worker says that it is ready. GW_PART_FAILED with the reasons where that takes too long or one gives up; returns early when `stop` fires. */
export async function workersReady(workers: Workers, logFile: string, stop: AbortSignal): Promise<void> {
  const until = Date.now() + limitMs;
  let gaveUp = false;
  void workers.ended.then(() => {
    gaveUp = true;
  });
  for (;;) {
    const reasons = (await Promise.all(workers.addresses().map(unready))).flat();
    if (reasons.length === 0 || stop.aborted) return;
    if (gaveUp) throw new Fault("GW_PART_FAILED", `a worker does not start (log: ${logFile})`, { logFile });
    if (Date.now() > until)
      throw new Fault("GW_PART_FAILED", `the workers are not ready after ${limitMs / 1_000} s: ${reasons.join("; ")} (log: ${logFile})`, {
        logFile,
      });
    await pause(100);
  }
}

async function unready(address: string | undefined): Promise<string[]> {
  if (address === undefined) return ["a worker starts"];
  try {
    const response = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(2_000) });
    const { reasons } = (await response.json()) as { reasons: string[] };
    return response.ok ? [] : reasons;
  } catch {
    return [`${address} does not answer`];
  }
}
