import { Cluster } from "../../infra/kafka/kafkajs/cluster.ts";
import { dial } from "../../infra/kafka/kafkajs/dialling.ts";
import { fetchedOf, fetchFrom, type PartitionAnswer } from "../../infra/kafka/kafkajs/fetching.ts";
import { placeKey } from "../../infra/kafka/port.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import type { Place } from "../../operators/stream/record.ts";

/**
 * How many transactions that had written into this topic were aborted, as the broker's own list says: of lanes that were
 * killed, those they were killed inside of. Fencing an owner without an open transaction leaves nothing here. A transaction
 * that had written into several partitions counts once for each; give a topic into whose partitions a lane writes only one of.
 */
export async function abortedTransactions(brokers: readonly string[], places: readonly Place[]): Promise<number> {
  return await withCluster(brokers, async (cluster) => {
    const aborted = new Set<string>();
    for (const place of places) {
      for (let next = 0, end = 1; next < end; ) {
        const answer = await answerAt(cluster, place, next);
        for (const { producerId, firstOffset } of answer.aborted) aborted.add(`${place.partition} ${producerId} ${firstOffset}`);
        const { fetched } = fetchedOf(answer, next);
        end = answer.highWatermark;
        if (fetched.next <= next) break;
        next = fetched.next;
      }
    }
    return aborted.size;
  });
}

/**
 * Whether somebody stands inside a transaction that has written here and does not end within `forMs`. Those of the living end
 * in milliseconds, so where one process has been stopped (SIGSTOP) the transaction is its own.
 */
export async function standsInTransaction(brokers: readonly string[], place: Place, forMs: number): Promise<boolean> {
  return await withCluster(brokers, async (cluster) => {
    const stable = async () => {
      const { highWatermark, lastStable } = await answerAt(cluster, place, 0, 1);
      return lastStable < highWatermark ? lastStable : undefined;
    };
    const before = await stable();
    if (before === undefined) return false;
    await new Promise((resolve) => setTimeout(resolve, forMs));
    return (await stable()) === before;
  });
}

async function answerAt(cluster: Cluster, place: Place, next: number, maxBytes = 4 << 20): Promise<PartitionAnswer> {
  const answers = await fetchFrom(cluster.aside, await cluster.leaderOf(place), [{ ...place, next, maxBytes }], {
    maxBytes,
    maxWaitMs: 50,
  });
  const answer = answers.get(placeKey(place.topic, place.partition));
  if (answer === undefined || answer.errorCode !== 0) throw new Error(`reading ${place.topic}[${place.partition}]: ${answer?.errorCode}`);
  return answer;
}

async function withCluster<T>(brokers: readonly string[], ask: (cluster: Cluster) => Promise<T>): Promise<T> {
  const settings = { brokers, clientId: "fault-test" };
  const { dialling } = dial(settings, openLog({ level: "silent", write: () => undefined }));
  const cluster = new Cluster(dialling, settings);
  try {
    await cluster.directory.refresh();
    return await ask(cluster);
  } finally {
    await cluster.close();
  }
}
