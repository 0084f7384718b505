import { Cluster } from "../../infra/kafka/kafkajs/cluster.ts";
import { dial } from "../../infra/kafka/kafkajs/dialling.ts";
import { fetchedOf, fetchFrom } from "../../infra/kafka/kafkajs/fetching.ts";
import { placeKey } from "../../infra/kafka/port.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import type { Place } from "../../operators/stream/record.ts";

/**
 * How many transactions that had written into this topic were aborted, as the broker's own list says: of lanes that were
 * killed, those they were killed inside of. Fencing an owner without an open transaction leaves nothing here. A transaction
 * that had written into several partitions counts once for each; give a topic into whose partitions a lane writes only one of.
 */
export async function abortedTransactions(brokers: readonly string[], places: readonly Place[]): Promise<number> {
  const settings = { brokers, clientId: "fault-test" };
  const { dialling } = dial(settings, openLog({ level: "silent", write: () => undefined }));
  const cluster = new Cluster(dialling, settings);
  const aborted = new Set<string>();
  try {
    await cluster.directory.refresh();
    for (const place of places) {
      for (let next = 0, end = 1; next < end; ) {
        const limits = { maxBytes: 4 << 20, maxWaitMs: 50 };
        const answer = (await fetchFrom(cluster.aside, await cluster.leaderOf(place), [{ ...place, next, maxBytes: 4 << 20 }], limits)).get(
          placeKey(place.topic, place.partition),
        );
        if (answer === undefined || answer.errorCode !== 0)
          throw new Error(`reading ${place.topic}[${place.partition}]: ${answer?.errorCode}`);
        for (const { producerId, firstOffset } of answer.aborted) aborted.add(`${place.partition} ${producerId} ${firstOffset}`);
        const { fetched } = fetchedOf(answer, next);
        end = answer.highWatermark;
        if (fetched.next <= next) break;
        next = fetched.next;
      }
    }
  } finally {
    await cluster.close();
  }
  return aborted.size;
}
