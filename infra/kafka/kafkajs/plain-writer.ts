import type { OutRecord, PlainWriter } from "../port.ts";
import type { Identity } from "./calls.ts";
import type { Cluster } from "./cluster.ts";
import { kafkaFault, refusalType } from "./kafka-fault.ts";
import type { Link } from "./link.ts";
import { type Batch, mayComeRight, type Produced, place, produce, Sequences } from "./producing.ts";
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
    try {
      const refused = await this.#writeAll(batches);
      if (refused.length === 0) return;
      this.#forget();
      const again = refused.map((batch) => ({ ...batch, firstSequence: 0 }));
      const { failures } = await this.#produce(again);
      for (const failure of failures.values()) throw failure;
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  /**
   * Resolves to the batches of which nothing is in the log because the broker has forgotten the producer: they may go out under
   * a new id. One whose answer was lost may not, since the log may hold it: it goes out again under the numbers it had.
   */
  async #writeAll(batches: readonly Batch[]): Promise<Batch[]> {
    const refused: Batch[] = [];
    const unsure = new Set<Batch>();
    for (let left = batches; left.length > 0; ) {
      const { failures, ...more } = await this.#produce(left);
      for (const batch of more.unsure) unsure.add(batch);
      const isRefused = (batch: Batch) => forgotten.has(refusalType(failures.get(batch)) ?? "") && !unsure.has(batch);
      const open = [...failures.keys()].filter((batch) => !isRefused(batch));
      const ended = open.length === failures.size;
      const hopeless = open.find((batch) => ended || !mayComeRight(failures.get(batch)));
      if (hopeless !== undefined) throw failures.get(hopeless);
      refused.push(...[...failures.keys()].filter(isRefused));
      left = open;
    }
    return refused;
  }

  async #produce(batches: readonly Batch[]): Promise<Produced> {
    const written = (batch: Batch) => this.#sequences.written(batch);
    return await produce(this.#cluster, this.#link, await this.#known(), batches, limitMs, written);
  }

  /** The next batches begin at 0 under a new id. */
  #forget(): void {
    this.#identity = undefined;
    this.#sequences.clear();
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
