import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Sender, type SenderOptions } from "../simulate/sender.ts";
import { loadPlan } from "./load-plan.ts";

export interface SimulatedLoad extends Omit<SenderOptions, "patience"> {
  /** A file that remembers how far the load has come, so that the next start goes on from there; left out where records do not last. */
  readonly memory?: string;
  readonly stop: AbortSignal;
  say(sentence: string): void;
  /** So many more events have been sent. */
  sent(events: number): void;
}

/** Seconds of the past that are sent in one go. */
const pastTogether = 15;

/** Sends each second as it ends in real time, those of the past at once, until told to stop. */
export async function simulateLoad({ memory, stop, say, sent, ...options }: SimulatedLoad): Promise<void> {
  const sender = await Sender.open({ ...options, patience: { say, stop } });
  const startedAt = Date.now();
  let past = 0;
  let said = false;
  let held: Parameters<Sender["send"]>[0][number][] = [];
  try {
    for (const { endMs, events } of loadPlan(startedAt, memory === undefined ? 0 : remembered(memory))) {
      held.push(...events);
      const waitMs = endMs - Date.now();
      if (waitMs <= 0 && (endMs / 1_000) % pastTogether !== 0) continue;
      if (waitMs > 0) {
        if (!said) say(`simulated load: ${past} events of the minutes before now, then as they come, with a fault every 45 s`);
        said = true;
        await pause(waitMs, undefined, { signal: stop }).catch(() => undefined);
      }
      if (stop.aborted) return;
      await sender.send(held);
      past += held.length;
      sent(held.length);
      held = [];
      if (memory !== undefined) writeFileSync(memory, JSON.stringify({ untilMs: endMs }));
    }
  } finally {
    await sender.close();
  }
}

function remembered(file: string): number {
  try {
    const { untilMs } = JSON.parse(readFileSync(file, "utf8")) as { untilMs?: unknown };
    return typeof untilMs === "number" ? untilMs : 0;
  } catch {
    return 0;
  }
}
