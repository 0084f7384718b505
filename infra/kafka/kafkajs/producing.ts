import { setTimeout as pause } from "node:timers/promises";
import kafkajs from "kafkajs";
import { Fault } from "../../../schemas/faults/fault.ts";
import { murmur2Partition } from "../murmur2.ts";
import { type OutRecord, placeKey } from "../port.ts";
import { byTopic, type Identity, type WireMessage } from "./calls.ts";
import type { Cluster } from "./cluster.ts";
import { isSilence, kafkaFault } from "./kafka-fault.ts";
import type { Link } from "./link.ts";
import { Refusal } from "./refusal.ts";
import { mayAskAgain } from "./retrying.ts";
import { type Placed, sizeOf } from "./sends.ts";

/** Below this compression saves nothing worth its time. */
const compressBytes = 1_024;
const answerMs = 8_000;
const allReplicas = -1;

/** Records of one partition that go out together: one record batch on the wire. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: WireMessage[];
  firstSequence: number;
  bytes: number;
}

/** The partition of each record: its own, or by its key. GW_TOPIC_MISSING. */
export async function place(cluster: Cluster, records: readonly OutRecord[]): Promise<Placed[]> {
  const counts = new Map<string, number>();
  for (const { topic } of records) {
    if (counts.has(topic)) continue;
    const count = await cluster.directory.count(topic);
    if (count === undefined) throw new Fault("GW_TOPIC_MISSING", `there is no topic ${topic}`);
    counts.set(topic, count);
  }
  return records.map((record) => ({
    ...record,
    partition: record.partition ?? murmur2Partition(record.key, counts.get(record.topic) ?? 1),
  }));
}

/** Numbers the records of each partition on from where the producer stands, so that the broker takes each once however often it is sent. */
export class Sequences {
  readonly #next = new Map<string, number>();

  /**
   * One batch a partition, in the order given. Numbers are taken up by `written` alone: a batch that failed is numbered the
   * same again.
   */
  batches(records: readonly Placed[]): Batch[] {
    const batches = new Map<string, Batch>();
    for (const record of records) {
      const { topic, partition, key, value, headers } = record;
      const name = placeKey(topic, partition);
      const batch = batches.get(name) ?? { topic, partition, messages: [], firstSequence: this.#next.get(name) ?? 0, bytes: 0 };
      batch.messages.push({ key, value, headers });
      batch.bytes += sizeOf(record);
      batches.set(name, batch);
    }
    return [...batches.values()];
  }

  /** The broker has the batch. Sequence numbers wrap at 2^31, as the protocol says. */
  written({ topic, partition, messages, firstSequence }: Batch): void {
    this.#next.set(placeKey(topic, partition), (firstSequence + messages.length) % 2 ** 31);
  }

  /** Under a new producer id all partitions begin at 0. */
  clear(): void {
    this.#next.clear();
  }
}

/** How far a `produce` has come. */
export interface Produced {
  /** The first offset of each place that is written. */
  readonly offsets: ReadonlyMap<string, number>;
  /** The last failure of each batch that is not known to be written, what cannot be mended by asking again first; empty when all are. */
  readonly failures: ReadonlyMap<Batch, unknown>;
  /** Batches that went out at least once without an answer that says what became of them. */
  readonly unsure: ReadonlySet<Batch>;
}

/**
 * Writes the batches, each until its leader has acknowledged it for all replicas: over lost connections, moved leaders and
 * restarts the same batch goes out again under the same sequence numbers. Ends early where one cannot be mended by asking
 * again, and after the limit.
 */
export async function produce(
  cluster: Cluster,
  link: Link,
  identity: Identity,
  batches: readonly Batch[],
  limitMs: number,
  written: (batch: Batch) => void,
): Promise<Produced> {
  const offsets = new Map<string, number>();
  const unsure = new Set<Batch>();
  const limit = Date.now() + limitMs;
  let left = batches;
  for (let wait = 10; ; wait = Math.min(wait * 2, 500)) {
    const failures = new Map<Batch, unknown>();
    const round = { offsets, unsure, failures };
    await Promise.all([...(await byLeader(cluster, left, failures))].map((led) => produceTo(cluster, link, identity, led, round)));
    for (const batch of left) if (!failures.has(batch)) written(batch);
    const fatal = [...failures].filter(([, error]) => !mayComeRight(error));
    if (failures.size === 0 || fatal.length > 0 || Date.now() + wait > limit) {
      return { offsets, unsure, failures: new Map([...fatal, ...failures]) };
    }
    left = [...failures.keys()];
    await pause(wait);
    await cluster.directory.refresh().catch(() => undefined);
  }
}

/** Whether a batch that failed so may be sent again as it is. */
export const mayComeRight = (error: unknown): boolean => mayAskAgain(error) || isUnknownTopic(error);

/** A broker that has just started does not know its partitions yet. */
const isUnknownTopic = (error: unknown): boolean => error instanceof Refusal && error.type === "UNKNOWN_TOPIC_OR_PARTITION";

/** A batch whose partition has no leader just now fails by itself and is tried again with the others that failed. */
async function byLeader(cluster: Cluster, batches: readonly Batch[], failures: Map<Batch, unknown>): Promise<Map<number, Batch[]>> {
  const led = new Map<number, Batch[]>();
  try {
    const leaders = await cluster.directory.leaders(batches);
    for (const [i, batch] of batches.entries()) {
      const leader = leaders[i] ?? -1;
      if (leader < 0) failures.set(batch, new Fault("GW_KAFKA_UNREACHABLE", `${batch.topic}[${batch.partition}] has no leader`));
      else if (led.has(leader)) led.get(leader)?.push(batch);
      else led.set(leader, [batch]);
    }
  } catch (error) {
    if (!isSilence(error)) throw error;
    for (const batch of batches) failures.set(batch, error);
  }
  return led;
}

/** One request a node. Each batch's answer stands for itself: a request may be taken in part. */
async function produceTo(
  cluster: Cluster,
  link: Link,
  identity: Identity,
  [node, batches]: readonly [number, readonly Batch[]],
  { offsets, failures, unsure }: { offsets: Map<string, number>; failures: Map<Batch, unknown>; unsure: Set<Batch> },
): Promise<void> {
  const large = batches.some(({ bytes }) => bytes >= compressBytes);
  const topicData = byTopic(
    batches.map(({ topic, partition, firstSequence, messages }) => [topic, { partition, firstSequence, messages }] as const),
  );
  const compression = large ? cluster.compression : kafkajs.CompressionTypes.None;
  try {
    const answer = await link.call(cluster.address(node), "Produce", {
      ...identity,
      acks: allReplicas,
      timeout: answerMs,
      compression,
      topicData,
    });
    for (const batch of batches) {
      const answered = answer.topics
        .find(({ topicName }) => topicName === batch.topic)
        ?.partitions.find(({ partition }) => partition === batch.partition);
      if (answered === undefined || isHalfDone(answered.errorCode)) unsure.add(batch);
      if (answered === undefined) failures.set(batch, new Fault("GW_KAFKA_UNREACHABLE", `node ${node} did not answer for ${batch.topic}`));
      else if (answered.errorCode === 0) offsets.set(placeKey(batch.topic, batch.partition), Number(answered.baseOffset));
      else if (!isRepeat(answered.errorCode)) failures.set(batch, new Refusal(answered.errorCode));
    }
  } catch (error) {
    if (!isSilence(error)) throw kafkaFault(error, `writing to ${batches.map(({ topic }) => topic).join(", ")}`);
    for (const batch of batches) {
      unsure.add(batch);
      failures.set(batch, error);
    }
  }
}

/** REQUEST_TIMED_OUT and NOT_ENOUGH_REPLICAS_AFTER_APPEND: the leader has the batch, the replicas may not. */
const isHalfDone = (code: number): boolean => code === 7 || code === 20;

/** DUPLICATE_SEQUENCE_NUMBER: the batch is in the log already, so long that the broker forgot where. */
const isRepeat = (code: number): boolean => code === 46;
