import { setTimeout as pause } from "node:timers/promises";
import type { Fetched, LogPort, Tap } from "../../infra/kafka/port.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { Alert } from "../../schemas/types/avro.ts";

export interface AlertTailOptions {
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly named: (topic: string) => string;
  alert(alert: Alert): void;
}

/** Alerts as a read-committed reader sees them, from the moment it starts. Ends with `stop`. */
export async function tailAlerts({ log, codec, named, alert }: AlertTailOptions): Promise<{ stop(): void }> {
  const topic = named(topics.alert.name);
  const count = (await log.admin.partitions([topic])).get(topic) ?? 0;
  const places = Array.from({ length: count }, (_, partition) => ({ topic, partition }));
  const ranges = await log.admin.range(places);
  const taps = places.map((place, i) => new AlertTap(place, ranges[i]?.end ?? 0, codec, alert));
  for (const tap of taps) log.feed.add(tap);
  return {
    stop() {
      for (const tap of taps) tap.open = false;
    },
  };
}

class AlertTap implements Tap {
  readonly topic: string;
  readonly partition: number;
  next: number;
  open = true;
  full = false;
  readonly #codec: RecordCodec;
  readonly #alert: (alert: Alert) => void;

  constructor({ topic, partition }: { topic: string; partition: number }, next: number, codec: RecordCodec, alert: (alert: Alert) => void) {
    this.topic = topic;
    this.partition = partition;
    this.next = next;
    this.#codec = codec;
    this.#alert = alert;
  }

  feed({ records, next }: Fetched): void {
    this.next = next;
    if (records.length === 0) return;
    this.full = true;
    void this.#show(records).finally(() => {
      this.full = false;
    });
  }

  gap({ earliest }: { earliest: number }): void {
    this.next = earliest;
  }

  /** A record that cannot be read is somebody else's; a registry that is away comes back. */
  async #show(records: Fetched["records"]): Promise<void> {
    while (this.open) {
      try {
        await this.#codec.warm(this.#codec.unknownIds(records));
        break;
      } catch {
        await pause(1_000);
      }
    }
    for (const record of records) {
      if (!this.open) return;
      try {
        this.#alert(this.#codec.decode(topics.alert, record) as Alert);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
      }
    }
  }
}

/** `alert 12:30:05 MEDIUM router.baseline sim: Layer 3 of i-0: …` */
export const alertLine = ({ ts, severity, kind, deploymentId, title }: Alert): string =>
  `alert ${new Date(ts / 1_000).toISOString().slice(11, 19)} ${severity} ${kind} ${deploymentId}: ${title}`;
