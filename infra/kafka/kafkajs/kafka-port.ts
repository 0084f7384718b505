import type { Kafka } from "kafkajs";
import type { Place } from "../../../operators/stream/record.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import type { Logger } from "../../telemetry/log.ts";
import {
  type Fetched,
  type FetchLimits,
  type JoinOptions,
  type LogPort,
  type Membership,
  type PlainWriter,
  placeKey,
  type Tap,
  type TransactionalWriter,
} from "../port.ts";
import { KafkaAdmin } from "./admin.ts";
import type { Cluster } from "./cluster.ts";
import { KafkaFeed } from "./feed.ts";
import { type FetchAtMost, fetchedOf, fetchFrom } from "./fetching.ts";
import { kafkaFault } from "./kafka-fault.ts";
import { KafkaMembership } from "./membership.ts";
import { KafkaPlainWriter } from "./plain-writer.ts";
import { Refusal } from "./refusal.ts";
import { mayAskAgain, retrying } from "./retrying.ts";
import { TapTroubles } from "./tap-troubles.ts";
import { KafkaTransactionalWriter } from "./transactional-writer.ts";

const fetchLimitMs = 15_000;
/** A limit is 32 bits wide on the wire. */
const mostBytes = 2 ** 31 - 1;

/** Everything lanes ask of Kafka, over the connections of one cluster. */
export class KafkaPort implements LogPort {
  readonly kind = "kafka";
  readonly admin: KafkaAdmin;
  readonly feed: KafkaFeed;
  readonly #kafka: Kafka;
  readonly #cluster: Cluster;
  readonly #logger: Logger;
  readonly #memberships = new Set<Membership>();

  constructor(kafka: Kafka, cluster: Cluster, brokers: readonly string[], logger: Logger) {
    this.#kafka = kafka;
    this.#cluster = cluster;
    this.#logger = logger;
    this.admin = new KafkaAdmin(cluster, brokers);
    const stale = () => void cluster.directory.refresh().catch(() => undefined);
    this.feed = new KafkaFeed(cluster, logger, new TapTroubles(logger, (tap) => this.#range(tap), stale));
  }

  /**
   * Over moved leaders and lost connections for 15 s. An offset that is not there throws GW_LANE_OFFSET_GAP with the range
   * that is.
   */
  async fetch(
    place: Place,
    offset: number,
    { maxBytes = 1 << 20, maxWaitMs = 50, uncommitted = false }: FetchLimits = {},
  ): Promise<Fetched> {
    this.feed.soon();
    try {
      return await retrying(
        fetchLimitMs,
        () => this.#fetch(place, offset, { maxBytes: Math.min(maxBytes, mostBytes), maxWaitMs, uncommitted }),
        (error) => mayAskAgain(error) || isUnknownTopic(error),
      );
    } catch (error) {
      const { topic, partition } = place;
      throw kafkaFault(error, `reading ${topic}[${partition}] at ${offset}`);
    }
  }

  /** One InitProducerId: whatever the id's former owner still wants to write is refused as a whole from then on. */
  async fence(transactionalId: string): Promise<TransactionalWriter> {
    this.feed.soon();
    return KafkaTransactionalWriter.fence(this.#cluster, transactionalId);
  }

  async producer(): Promise<PlainWriter> {
    return KafkaPlainWriter.open(this.#cluster);
  }

  /** Topics are looked up first, so that a missing one is told as such. Resolves once the group has answered. */
  async join(options: JoinOptions): Promise<Membership> {
    const { group, topics } = options;
    const counts = await this.admin.partitions(topics);
    const missing = topics.filter((topic) => !counts.has(topic));
    if (missing.length > 0) throw new Fault("GW_TOPIC_MISSING", `there is no topic ${missing.join(", ")}`);
    if (new Set(counts.values()).size > 1) {
      throw new Fault("GW_TOPIC_NOT_COPARTITIONED", topics.map((topic) => `${topic} has ${counts.get(topic)} partitions`).join(", "));
    }
    const membership = new KafkaMembership(this.#kafka, this.#cluster, options, this.#logger);
    try {
      await membership.join();
    } catch (error) {
      await membership.leave().catch(() => undefined);
      throw kafkaFault(error, `joining ${group}`);
    }
    this.#memberships.add(membership);
    return membership;
  }

  async close(): Promise<void> {
    this.feed.close();
    await Promise.all([...this.#memberships].map((membership) => membership.leave()));
    await this.#cluster.close();
  }

  /** Asks for more where the answer held not even one whole batch. */
  async #fetch(place: Place, offset: number, limits: FetchAtMost): Promise<Fetched> {
    const at = await this.#cluster.leaderOf(place);
    const answers = await fetchFrom(this.#cluster.aside, at, [{ ...place, next: offset, maxBytes: limits.maxBytes }], limits);
    const answer = answers.get(placeKey(place.topic, place.partition));
    if (answer === undefined)
      throw new Fault("GW_KAFKA_PROTOCOL", `${at.host}:${at.port} did not answer for ${place.topic}[${place.partition}]`);
    if (answer.errorCode !== 0) throw await this.#refused(place, offset, new Refusal(answer.errorCode));
    const { fetched, needed } = fetchedOf(answer, offset);
    return needed > limits.maxBytes ? this.#fetch(place, offset, { ...limits, maxBytes: needed }) : fetched;
  }

  /** A refusal of an exact fetch as the Fault that its reader can act on. */
  async #refused(place: Place, offset: number, refusal: Refusal): Promise<Error> {
    if (refusal.type !== "OFFSET_OUT_OF_RANGE") {
      await this.#cluster.directory.refresh().catch(() => undefined);
      return refusal;
    }
    const { topic, partition } = place;
    const range = await this.#range(place);
    const message = `${topic}[${partition}] holds ${range.earliest} to ${range.end}, asked for ${offset}`;
    return new Fault("GW_LANE_OFFSET_GAP", message, { topic, partition, offset, ...range }, refusal);
  }

  async #range(place: Place | Tap): Promise<{ earliest: number; end: number }> {
    const [range] = await this.admin.range([{ topic: place.topic, partition: place.partition }]);
    return range ?? { earliest: 0, end: 0 };
  }
}

/** A topic just made is not known to its leader for a moment. */
const isUnknownTopic = (error: unknown): boolean => error instanceof Refusal && error.type === "UNKNOWN_TOPIC_OR_PARTITION";
