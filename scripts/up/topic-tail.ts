import { setTimeout as pause } from "node:timers/promises";
import type { Fetched, LogPort, Tap } from "../../infra/kafka/port.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import type { AnyTopic, Topic } from "../../schemas/topics/topic.ts";

export interface TopicTailOptions<T> {
  readonly topic: Topic<T>;
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly named: (topic: string) => string;
  /** In the order of a partition; must not throw. */
  each(value: T): void;
}

/** A topic's records as a read-committed reader sees them, from the moment it starts. Ends with `stop`. */
export async function tailTopic<T>({ topic, log, codec, named, each }: TopicTailOptions<T>): Promise<{ stop(): void }> {
  const name = named(topic.name);
  const count = (await log.admin.partitions([name])).get(name) ?? 0;
  const places = Array.from({ length: count }, (_, partition) => ({ topic: name, partition }));
  const ranges = await log.admin.range(places);
  const taps = places.map(
    (place, i) =>
      new TailTap(place, ranges[i]?.end ?? 0, async (records, isOpen) => {
        await warmed(codec, records, isOpen);
        for (const record of records) {
          if (!isOpen()) return;
          const value = decoded(codec, topic as AnyTopic, record);
          if (value !== undefined) each(value as T);
        }
      }),
  );
  for (const tap of taps) log.feed.add(tap);
  return {
    stop() {
      for (const tap of taps) tap.open = false;
    },
  };
}

type Records = Fetched["records"];

/** A registry that is away comes back. */
async function warmed(codec: RecordCodec, records: Records, isOpen: () => boolean): Promise<void> {
  while (isOpen()) {
    try {
      await codec.warm(codec.unknownIds(records));
      return;
    } catch {
      await pause(1_000);
    }
  }
}

/** A record that cannot be read is somebody else's concern. */
function decoded(codec: RecordCodec, topic: AnyTopic, record: Records[number]): unknown {
  try {
    return codec.decode(topic, record);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

class TailTap implements Tap {
  readonly topic: string;
  readonly partition: number;
  next: number;
  open = true;
  full = false;
  readonly #take: (records: Records, isOpen: () => boolean) => Promise<void>;

  constructor(
    { topic, partition }: { topic: string; partition: number },
    next: number,
    take: (records: Records, isOpen: () => boolean) => Promise<void>,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.next = next;
    this.#take = take;
  }

  feed({ records, next }: Fetched): void {
    this.next = next;
    if (records.length === 0) return;
    this.full = true;
    void this.#take(records, () => this.open).finally(() => {
      this.full = false;
    });
  }

  gap({ earliest }: { earliest: number }): void {
    this.next = earliest;
  }
}
