import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { LogPort, OutRecord } from "../../infra/kafka/port.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { patiently } from "../worker/patiently.ts";
import { type LoadWindow, loadPlan } from "./load-plan.ts";

export interface SimulatedLoad {
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly named: (topic: string) => string;
  /** A file that remembers how far the load has come, so that the next start goes on from there; left out where records do not last. */
  readonly memory?: string;
  readonly stop: AbortSignal;
  say(sentence: string): void;
  /** So many events have been sent in all. */
  sent(events: number): void;
}

/** Sends windows as they end in real time, those of the past at once, until told to stop. */
export async function simulateLoad({ log, codec, named, memory, stop, say, sent }: SimulatedLoad): Promise<void> {
  const topic = named(topics.router.name);
  const patience = { say, stop };
  await patiently(() => codec.register([topics.router]), patience);
  let writer = await patiently(() => log.producer(), patience);
  const startedAt = Date.now();
  const sinceMs = memory === undefined ? 0 : remembered(memory);
  let past = 0;
  let said = false;
  try {
    for (const { endMs, events } of loadPlan(startedAt, sinceMs)) {
      if (endMs > Date.now()) {
        if (!said) say(`simulated load: ${past} router events of the minutes before now, then one collapse a minute in real time`);
        said = true;
        await pause(endMs - Date.now(), undefined, { signal: stop }).catch(() => undefined);
      }
      if (stop.aborted) return;
      await patiently(async () => {
        try {
          await writer.send(recordsOf(topic, events, codec));
        } catch (error) {
          await writer.close().catch(() => undefined);
          writer = await log.producer();
          throw error;
        }
      }, patience);
      past += events.length;
      sent(events.length);
      if (memory !== undefined) writeFileSync(memory, JSON.stringify({ untilMs: endMs }));
    }
  } finally {
    await writer.close().catch(() => undefined);
  }
}

function recordsOf(topic: string, events: LoadWindow["events"], codec: RecordCodec): OutRecord[] {
  return events.map((event) => {
    const read = fromJson(topics.router, event);
    if ("faults" in read) throw new TypeError(`the simulated event does not fit its schema: ${JSON.stringify(read.faults)}`);
    const value = topics.router.complete(read.value as RouterEvent);
    return { topic, key: Buffer.from(topics.router.key(value)), value: codec.encode(topics.router, value) };
  });
}

function remembered(file: string): number {
  try {
    const { untilMs } = JSON.parse(readFileSync(file, "utf8")) as { untilMs?: unknown };
    return typeof untilMs === "number" ? untilMs : 0;
  } catch {
    return 0;
  }
}
