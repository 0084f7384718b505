import type { Place } from "../../../operators/stream/record.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import { murmur2Partition } from "../murmur2.ts";
import { type CommittedPosition, type OutRecord, placeKey, type TopicSpec } from "../port.ts";
import { MemoryGroups } from "./groups.ts";
import { MemoryPartition, type Transaction } from "./partition.ts";

interface MemoryTopic {
  readonly spec: TopicSpec;
  readonly partitions: readonly MemoryPartition[];
}

/**
 * The log of one process: partitions, transactions that fence, group positions and membership, all in memory. For trying out
 * and for tests; NOT durable: it ends with the process. Give each client or worker a port of its own by `connect`.
 */
export class MemoryStorage {
  readonly groups = new MemoryGroups();
  readonly #topics = new Map<string, MemoryTopic>();
  readonly #epochs = new Map<string, { epoch: number; transaction: Transaction | undefined }>();
  readonly #positions = new Map<string, { offset: number; metadata: string }>();
  readonly #arrivals = new Set<() => void>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** False where the topic is there already: it stays as it is. */
  create(spec: TopicSpec): boolean {
    if (this.#topics.has(spec.name)) return false;
    this.#topics.set(spec.name, { spec, partitions: Array.from({ length: spec.partitions }, () => new MemoryPartition()) });
    return true;
  }

  /** Groups keep their positions in it, unlike Kafka's coordinator: made anew under its name, they stand beyond its end. */
  delete(name: string): void {
    this.#topics.delete(name);
  }

  /** In the order of the alphabet, internal ones included. */
  names(): string[] {
    return [...this.#topics.keys()].sort();
  }

  /** Number of partitions; undefined where there is no such topic. */
  count(topic: string): number | undefined {
    return this.#topics.get(topic)?.partitions.length;
  }

  /** Throws GW_TOPIC_MISSING. */
  partition({ topic, partition }: Place): MemoryPartition {
    const found = this.#topics.get(topic)?.partitions[partition];
    if (found === undefined) throw new Fault("GW_TOPIC_MISSING", `there is no ${topic}[${partition}]`);
    return found;
  }

  /** Appends outside or inside a transaction; the first offset of each place. */
  append(records: readonly OutRecord[], transaction?: Transaction): Map<string, number> {
    const placed = records.map((record) => ({ record, place: this.#place(record) }));
    const first = new Map<string, number>();
    for (const { record, place } of placed) {
      const { key, value, headers = {} } = record;
      const offset = this.partition(place).append({ timestampMs: this.#now(), key, value, headers }, transaction);
      const name = placeKey(place.topic, place.partition);
      if (!first.has(name)) first.set(name, offset);
    }
    if (transaction === undefined) this.#arrived();
    return first;
  }

  /** Raises the epoch of the id: whoever held it is fenced, and its open transaction is aborted. */
  fence(id: string): number {
    const held = this.#epochs.get(id);
    if (held?.transaction?.state === "open") held.transaction.state = "aborted";
    const epoch = (held?.epoch ?? -1) + 1;
    this.#epochs.set(id, { epoch, transaction: undefined });
    this.#arrived();
    return epoch;
  }

  /** The open transaction of the id, begun where there is none. GW_LANE_FENCED where the epoch is an older one. */
  transaction(id: string, epoch: number): Transaction {
    const held = this.#epochs.get(id);
    if (held?.epoch !== epoch) throw new Fault("GW_LANE_FENCED", `${id} has a new owner`);
    held.transaction ??= { state: "open" };
    return held.transaction;
  }

  /** Ends the transaction of the id: positions and records become visible together, or not at all. */
  end(
    id: string,
    epoch: number,
    touched: readonly Place[],
    commit: { group: string; positions: readonly CommittedPosition[] } | undefined,
  ): void {
    const transaction = this.transaction(id, epoch);
    transaction.state = commit === undefined ? "aborted" : "committed";
    for (const place of touched) this.partition(place).mark();
    for (const { topic, partition, offset, metadata } of commit?.positions ?? []) {
      this.#positions.set(`${commit?.group} ${placeKey(topic, partition)}`, { offset, metadata });
    }
    this.#epochs.set(id, { epoch, transaction: undefined });
    this.#arrived();
  }

  /** Offset -1 where the group has committed none. */
  position(group: string, { topic, partition }: Place): { offset: number; metadata: string } {
    return this.#positions.get(`${group} ${placeKey(topic, partition)}`) ?? { offset: -1, metadata: "" };
  }

  /** What the broker does to a group that has been empty for too long. */
  forgetPositions(group: string): void {
    for (const name of this.#positions.keys()) if (name.startsWith(`${group} `)) this.#positions.delete(name);
  }

  /** Called whenever something may have become readable. */
  onArrival(listener: () => void): () => void {
    this.#arrivals.add(listener);
    return () => this.#arrivals.delete(listener);
  }

  #arrived(): void {
    for (const listener of [...this.#arrivals]) listener();
  }

  /** As Kafka would: the partition given, else by the key. */
  #place({ topic, partition, key, value }: OutRecord): Place {
    const found = this.#topics.get(topic);
    if (found === undefined) throw new Fault("GW_TOPIC_MISSING", `there is no topic ${topic}`);
    const limit = Number(found.spec.settings["max.message.bytes"] ?? 1_048_588);
    const bytes = (value?.length ?? 0) + (key?.length ?? 0);
    if (bytes > limit) throw new Fault("GW_RECORD_TOO_LARGE", `a record of ${bytes} bytes does not fit ${topic} (${limit})`);
    return { topic, partition: partition ?? murmur2Partition(key, found.partitions.length) };
  }
}
