import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import type { Fetched, Tap } from "../../infra/kafka/port.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { course, finish, stopwatch } from "./contender.ts";

/** The shared fetch of the lanes alone, read committed, into taps that count. */
const { brokers, topic, partitions, records } = course();
const log = await openKafka({ brokers, clientId: "bench" }, openLog({ level: "silent", write: () => undefined }));
let seen = 0;
let lap: ReturnType<typeof stopwatch> | undefined;

/** Never full: what is measured is the fetch and the reading of batches, not back-pressure. */
class CountingTap implements Tap {
  readonly topic = topic;
  readonly partition: number;
  readonly open = true;
  readonly full = false;
  next = 0;

  constructor(partition: number) {
    this.partition = partition;
  }

  feed({ records: fetched, next }: Fetched): void {
    lap ??= stopwatch();
    this.next = next;
    seen += fetched.length;
    if (seen >= records) finish({ records: seen, ...lap() });
  }

  gap({ earliest }: { earliest: number }): void {
    this.next = earliest;
  }
}

for (let partition = 0; partition < partitions; partition += 1) log.feed.add(new CountingTap(partition));
