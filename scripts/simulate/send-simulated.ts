import { setTimeout as pause } from "node:timers/promises";
import type { Settings } from "../../infra/config/settings.ts";
import { patiently } from "../../infra/patience/patiently.ts";
import type { Context } from "../command-line/context.ts";
import type { Io } from "../command-line/io.ts";
import { Progress } from "../command-line/progress.ts";
import { Sender } from "./sender.ts";
import type { Slice } from "./slice.ts";

/** Where slices go, and how fast. */
export interface SendOptions {
  readonly io: Io;
  readonly context: Context;
  readonly settings: Settings;
  /** Of the first slice, in event time. */
  readonly startMs: number;
  /** Seconds of event time in one of the clock. */
  readonly speed: number;
}

/** Sends each slice when the clock has come to its end, until the last or until told to stop; how many events those were. */
export async function sendSimulated(slices: Iterable<Slice>, { io, context, settings, startMs, speed }: SendOptions): Promise<number> {
  const patience = { stop: context.stop, say: (sentence: string) => io.note(sentence) };
  const log = await patiently(() => context.kafka(settings), patience);
  const sender = await Sender.open({ log, codec: await context.codec(settings), settings, patience });
  const startedAt = Date.now();
  let sent = 0;
  const progress = new Progress(io, () => `${sent} events sent`);
  try {
    for (const { endMs, events } of slices) {
      const waitMs = startedAt + (endMs - startMs) / speed - Date.now();
      if (waitMs > 0) await pause(waitMs, undefined, { signal: context.stop }).catch(() => undefined);
      if (context.stop.aborted) break;
      await sender.send(events);
      sent += events.length;
      progress.step();
    }
  } finally {
    await sender.close();
  }
  return sent;
}
