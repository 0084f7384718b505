import { Fault } from "../../../schemas/faults/fault.ts";
import { type CommittedPosition, type OutRecord, placeKey, type TransactionalWriter } from "../port.ts";
import { byTopic, type Identity } from "./calls.ts";
import type { Cluster } from "./cluster.ts";
import { isSilence, kafkaFault, refusalType } from "./kafka-fault.ts";
import type { Link } from "./link.ts";
import { type Batch, place, produce, Sequences } from "./producing.ts";
import { check, Refusal } from "./refusal.ts";
import { sends } from "./sends.ts";

/** An open transaction of a dead process holds readers back for so long, unless someone fences its id before. */
const transactionTimeoutMs = 20_000;
const produceLimitMs = 10_000;
/** The broker's offset.metadata.max.bytes. */
const longestMetadata = 4_096;

/**
 * Transactions under one transactional id, five requests each: AddPartitionsToTxn, Produce, AddOffsetsToTxn, TxnOffsetCommit,
 * EndTxn. kafkajs' own producer makes nine of it, cannot share connections, and is stuck after any failed commit.
 */
export class KafkaTransactionalWriter implements TransactionalWriter {
  readonly #cluster: Cluster;
  readonly #link: Link;
  readonly #identity: Identity & { readonly transactionalId: string };
  readonly #sequences = new Sequences();
  /** Places of the open transaction. */
  #added = new Set<string>();
  #offsetsAdded = false;
  #spent: Fault | undefined;

  private constructor(cluster: Cluster, link: Link, identity: Identity & { transactionalId: string }) {
    this.#cluster = cluster;
    this.#link = link;
    this.#identity = identity;
  }

  /** When it resolves, the coordinator has ended whatever an earlier owner had open, and refuses that owner from now on. */
  static async fence(cluster: Cluster, transactionalId: string): Promise<KafkaTransactionalWriter> {
    const link = cluster.writer();
    try {
      const { producerId, producerEpoch } = await cluster.coordinated(link, "transaction", transactionalId, async (at) => {
        const answer = await link.call(at, "InitProducerId", { transactionalId, transactionTimeout: transactionTimeoutMs });
        check(answer.errorCode);
        return answer;
      });
      return new KafkaTransactionalWriter(cluster, link, { transactionalId, producerId, producerEpoch });
    } catch (error) {
      throw kafkaFault(error, `taking over ${transactionalId}`);
    }
  }

  /** Resolves when all replicas have the records; readers of committed records see none of them before `commit`. */
  async send(records: readonly OutRecord[]): Promise<ReadonlyMap<string, number>> {
    return this.#doing("writing", async () => {
      const first = new Map<string, number>();
      for (const send of sends(await place(this.#cluster, records))) {
        const batches = this.#sequences.batches(send);
        await this.#addPartitions(batches);
        const written = (batch: Batch) => this.#sequences.written(batch);
        const { offsets, failures } = await produce(this.#cluster, this.#link, this.#identity, batches, produceLimitMs, written);
        for (const failure of failures.values()) throw failure;
        for (const [name, offset] of offsets) if (!first.has(name)) first.set(name, offset);
      }
      return first;
    });
  }

  /**
   * Positions and records become visible together. Throws GW_LANE_FENCED where the id has a new owner, GW_LANE_OUTCOME_UNKNOWN
   * where no answer came and nobody can know.
   */
  async commit(group: string, positions: readonly CommittedPosition[]): Promise<void> {
    await this.#doing("committing", async () => {
      const long = positions.find(({ metadata }) => Buffer.byteLength(metadata) > longestMetadata);
      if (long !== undefined) throw new Fault("GW_KAFKA_PROTOCOL", `the metadata of ${long.topic} is longer than 4,096 bytes`);
      if (positions.length > 0) await this.#addPositions(group, positions);
      await this.#end(true);
    });
  }

  /** Nothing of the transaction will be seen. A later fence of the id does the same, so a lane that dies need not. */
  async abort(): Promise<void> {
    await this.#doing("aborting", () => this.#end(false));
  }

  /** Once a transaction and place: the coordinator keeps the list until the end. */
  async #addPartitions(batches: readonly Batch[]): Promise<void> {
    const fresh = batches.filter(({ topic, partition }) => !this.#added.has(placeKey(topic, partition)));
    if (fresh.length === 0) return;
    const topics = byTopic(fresh.map(({ topic, partition }) => [topic, partition] as const));
    const { transactionalId } = this.#identity;
    await this.#cluster.coordinated(this.#link, "transaction", transactionalId, async (at) => {
      const { errors } = await this.#link.call(at, "AddPartitionsToTxn", { ...this.#identity, topics });
      const codes = errors.flatMap(({ partitionErrors }) => partitionErrors.map(({ errorCode }) => errorCode));
      // OPERATION_NOT_ATTEMPTED (55) stands at the partitions beside the one that is refused.
      check(codes.find((code) => code !== 0 && code !== 55) ?? codes.find((code) => code !== 0) ?? 0);
    });
    for (const { topic, partition } of fresh) this.#added.add(placeKey(topic, partition));
  }

  /** To two coordinators, that of the transaction first: a position without it would not be part of anything. */
  async #addPositions(groupId: string, positions: readonly CommittedPosition[]): Promise<void> {
    const { transactionalId } = this.#identity;
    await this.#cluster.coordinated(this.#link, "transaction", transactionalId, async (at) => {
      check((await this.#link.call(at, "AddOffsetsToTxn", { ...this.#identity, groupId })).errorCode);
    });
    this.#offsetsAdded = true;
    const topics = byTopic(
      positions.map(({ topic, partition, offset, metadata }) => [topic, { partition, offset: String(offset), metadata }] as const),
    );
    await this.#cluster.coordinated(this.#link, "group", groupId, async (at) => {
      const answer = await this.#link.call(at, "TxnOffsetCommit", { ...this.#identity, groupId, topics });
      for (const { partitions } of answer.topics) for (const { errorCode } of partitions) check(errorCode);
    });
  }

  /**
   * EndTxn may be repeated: the coordinator says yes again to what it has done. Only when somebody else has taken the id after
   * an attempt that nobody answered does nobody know how the transaction ended.
   */
  async #end(committed: boolean): Promise<void> {
    if (this.#added.size === 0 && !this.#offsetsAdded) return;
    let unanswered = false;
    try {
      await this.#cluster.coordinated(this.#link, "transaction", this.#identity.transactionalId, async (at) => {
        try {
          check((await this.#link.call(at, "EndTxn", { ...this.#identity, transactionResult: committed })).errorCode);
        } catch (error) {
          unanswered ||= isSilence(error);
          throw error;
        }
      });
    } catch (error) {
      if (!unanswered) throw error;
      const { transactionalId } = this.#identity;
      throw new Fault("GW_LANE_OUTCOME_UNKNOWN", `nobody answered how the transaction of ${transactionalId} ended`, {}, error);
    }
    this.#added = new Set();
    this.#offsetsAdded = false;
  }

  /** The first failure spends the writer: after it nobody knows what the coordinator has. */
  async #doing<R>(doing: string, work: () => Promise<R>): Promise<R> {
    const { transactionalId } = this.#identity;
    if (this.#spent !== undefined)
      throw new Fault(this.#spent.code, `the writer of ${transactionalId} has failed before: ${this.#spent.message}`);
    try {
      return await work();
    } catch (error) {
      this.#spent = faultOfWriting(error, `${doing} as ${transactionalId}`);
      throw this.#spent;
    }
  }
}

/** Within a transaction a sequence that does not fit means that the id has had another owner, or that the broker has ended it. */
function faultOfWriting(error: unknown, doing: string): Fault {
  const type = refusalType(error);
  if (error instanceof Refusal && (type === "OUT_OF_ORDER_SEQUENCE_NUMBER" || type === "UNKNOWN_PRODUCER_ID")) {
    return new Fault("GW_LANE_OUTCOME_UNKNOWN", `${doing}: ${error.message} (${type})`, { type }, error);
  }
  return kafkaFault(error, doing);
}
