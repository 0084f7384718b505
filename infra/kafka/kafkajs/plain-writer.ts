import type { OutRecord, PlainWriter } from "../port.ts";
import type { Identity } from "./calls.ts";
import type { Cluster } from "./cluster.ts";
import { kafkaFault, refusalType } from "./kafka-fault.ts";
import type { Link } from "./link.ts";
import { type Batch, place, produce, Sequences } from "./producing.ts";
import { check } from "./refusal.ts";
import { retrying } from "./retrying.ts";
import { sends } from "./sends.ts";

/** A broker may be away for so long before a send gives up. */
const limitMs = 60_000;

/** Idempotent sends, one at a time in the order given. */
export class KafkaPlainWriter implements PlainWriter {
  readonly #cluster: Cluster;
  readonly #link: Link;
  readonly #sequences = new Sequences();
  /** Undefined after a failure: the broker's count and ours may differ then, and the next send begins under a new id. */
  #identity: Identity | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(cluster: Cluster, link: Link, identity: Identity) {
    this.#cluster = cluster;
    this.#link = link;
    this.#identity = identity;
  }

  /** Asks for a producer id, which any node gives out. Waits for a broker that is away, for 60 s at most. */
  static async open(cluster: Cluster): Promise<KafkaPlainWriter> {
    const link = cluster.writer();
    return new KafkaPlainWriter(cluster, link, await newIdentity(cluster, link));
  }

  /**
   * Sends of one writer go out one after the other, also where the caller does not wait: sequence numbers must arrive in
   * order.
   */
  send(records: readonly OutRecord[]): Promise<void> {
    const sent = this.#last.then(() => this.#send(records));
    this.#last = sent.catch(() => undefined);
    return sent;
  }

  /** Resolves when the last send has ended, well or badly. */
  async close(): Promise<void> {
    await this.#last;
  }

  async #send(records: readonly OutRecord[]): Promise<void> {
    try {
      for (const send of sends(await place(this.#cluster, records))) await this.#write(this.#sequences.batches(send));
    } catch (error) {
      throw kafkaFault(error, "writing");
    }
  }

  /** A producer that the broker has forgotten (it was idle for days, or its log was cut) begins anew, once. */
  async #write(batches: readonly Batch[]): Promise<void> {
    const left = new Set(batches);
    const written = (batch: Batch) => {
      left.delete(batch);
      this.#sequences.written(batch);
    };
    try {
      await produce(this.#cluster, this.#link, await this.#known(), batches, limitMs, written);
    } catch (error) {
      this.#identity = undefined;
      this.#sequences.clear();
      if (!forgotten.has(refusalType(error) ?? "")) throw error;
      // What the broker has acknowledged stays; the rest was refused as a whole and goes out under a new id.
      const again = [...left].map((batch) => ({ ...batch, firstSequence: 0 }));
      await produce(this.#cluster, this.#link, await this.#known(), again, limitMs, (batch) => this.#sequences.written(batch));
    }
  }

  async #known(): Promise<Identity> {
    this.#identity ??= await newIdentity(this.#cluster, this.#link);
    return this.#identity;
  }
}

/** The broker has forgotten the producer, or never heard of its last batch: nothing of the refused batch is in the log. */
const forgotten = new Set(["OUT_OF_ORDER_SEQUENCE_NUMBER", "UNKNOWN_PRODUCER_ID", "INVALID_PRODUCER_EPOCH", "INVALID_PRODUCER_ID_MAPPING"]);

/** Without a transactional id any node answers, and no epoch fences anybody. */
async function newIdentity(cluster: Cluster, link: Link): Promise<Identity> {
  try {
    return await retrying(limitMs, () =>
      cluster.anyNode(async (at) => {
        const { errorCode, producerId, producerEpoch } = await link.call(at, "InitProducerId", {
          transactionalId: null,
          transactionTimeout: 0,
        });
        check(errorCode);
        return { transactionalId: null, producerId, producerEpoch };
      }),
    );
  } catch (error) {
    throw kafkaFault(error, "opening a producer");
  }
}
