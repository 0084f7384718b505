import { setTimeout as pause } from "node:timers/promises";
import type { Place } from "../../../operators/stream/record.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import { type LogAdmin, placeKey, type TopicSpec } from "../port.ts";
import { byTopic } from "./calls.ts";
import type { Cluster } from "./cluster.ts";
import { kafkaFault } from "./kafka-fault.ts";
import type { Address, Link } from "./link.ts";
import { check, Refusal } from "./refusal.ts";
import { mayAskAgain, retrying } from "./retrying.ts";
import { type PositionsAnswer, type PositionsAsked, stablePositions } from "./stable-positions.ts";

const limitMs = 15_000;
const workMs = 8_000;
const earliest = -2;
const latest = -1;
const uncommittedToo = 0;
const unknownTopic = 3;
const exists = 36;

/** Topics, offsets and positions, over the link that stands beside the feed. */
export class KafkaAdmin implements LogAdmin {
  readonly #cluster: Cluster;
  readonly #brokers: string;

  constructor(cluster: Cluster, brokers: readonly string[]) {
    this.#cluster = cluster;
    this.#brokers = brokers.join(", ");
  }

  /**
   * Resolves when every topic named has a leader for each partition, those that existed before too: a produce right after it
   * would be refused else.
   */
  async createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    return this.#asking("making topics", async () => {
      const there = await this.#cluster.directory.partitions(specs.map(({ name }) => name));
      const wanted = specs.filter(({ name }) => !there.has(name));
      const made = wanted.length === 0 ? [] : await retrying(limitMs, () => this.#create(wanted));
      await this.#untilLed(specs.map(({ name }) => name));
      return made;
    });
  }

  /** Waits until the cluster no longer names them, for 15 s at most; a topic that is not there is no fault. */
  async deleteTopics(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#asking("deleting topics", async () => {
      const { topicErrors } = await this.#controller((at) =>
        this.#cluster.aside.call(at, "DeleteTopics", { topics: names, timeout: workMs }),
      );
      for (const { errorCode } of topicErrors) if (errorCode !== unknownTopic) check(errorCode);
      const limit = Date.now() + limitMs;
      while ((await this.#cluster.directory.partitions(names)).size > 0 && Date.now() < limit) await pause(20);
    });
  }

  listTopics(): Promise<readonly string[]> {
    return this.#asking("listing topics", () => this.#cluster.directory.topics());
  }

  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#asking("looking topics up", () => this.#cluster.directory.partitions(topics));
  }

  /** `end` is the high watermark, not the last stable offset: records of open transactions lie before it. */
  async range(places: readonly Place[]): Promise<readonly { earliest: number; end: number }[]> {
    const [begins, ends] = await Promise.all([this.#offsets(places, earliest), this.#offsets(places, latest)]);
    return places.map((_, i) => ({ earliest: begins[i] ?? 0, end: ends[i] ?? 0 }));
  }

  /** Kafka answers -1 where no record is that young; the end stands for it here, so that a reader can begin at any answer. */
  async offsetAt(place: Place, timestampMs: number): Promise<number> {
    const [found = -1] = await this.#offsets([place], timestampMs);
    if (found >= 0) return found;
    const [end = 0] = await this.#offsets([place], latest);
    return end;
  }

  /** May answer an older position while a commit is pending: whoever needs the final one fences the transactional id first. */
  async positions(group: string, places: readonly Place[]): Promise<readonly { offset: number; metadata: string }[]> {
    if (places.length === 0) return [];
    return this.#asking(`reading positions of ${group}`, async () => {
      const topics = byTopic(places.map(({ topic, partition }) => [topic, { partition }] as const));
      const found = await this.#cluster.coordinated(this.#cluster.aside, "group", group, async (at, link) => {
        const { errorCode, responses } = await this.#stable(link, at, { groupId: group, topics });
        check(errorCode);
        return new Map(
          responses.flatMap(({ topic, partitions }) =>
            partitions.map(({ partition, offset, metadata, errorCode: code }) => {
              if (code !== unknownTopic) check(code);
              return [placeKey(topic, partition), { offset: Number(offset), metadata: metadata ?? "" }] as const;
            }),
          ),
        );
      });
      return places.map(({ topic, partition }) => found.get(placeKey(topic, partition)) ?? { offset: -1, metadata: "" });
    });
  }

  /** Nodes older than Kafka 2.5 know no stable answer; their coordinator has no other than the newest. */
  async #stable(link: Link, at: Address, asked: PositionsAsked): Promise<PositionsAnswer> {
    const { request, encode, decode } = stablePositions;
    const known = ((await link.versions(at, "OffsetFetch"))?.maxVersion ?? 0) >= request.apiVersion;
    if (known) return link.ask(at, request, encode(asked), decode);
    const { errorCode = 0, responses } = await link.call(at, "OffsetFetch", asked);
    return { errorCode, responses };
  }

  /** Told by what the node can do: Kafka 4.0 took away the old versions of Fetch. No request names the release. */
  async describe(): Promise<{ address: string; detail: string }> {
    return this.#asking("asking for the cluster", async () => {
      await this.#cluster.directory.refresh();
      const { nodes, clusterId } = this.#cluster.directory;
      const fetch = await this.#cluster.anyNode((at) => this.#cluster.aside.versions(at, "Fetch"));
      const age = (fetch?.minVersion ?? 0) >= 4 ? "Kafka 4.0 or newer" : "Kafka older than 4.0";
      return { address: this.#brokers, detail: `${age}, ${nodes.size} broker${nodes.size === 1 ? "" : "s"}, cluster ${clusterId}` };
    });
  }

  /** Somebody else may have made a topic meanwhile: that is not one of those made here, and no fault. */
  async #create(specs: readonly TopicSpec[]): Promise<string[]> {
    const topics = specs.map(({ name, partitions, settings }) => ({
      topic: name,
      numPartitions: partitions,
      configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
    }));
    const { topicErrors } = await this.#controller((at) => this.#cluster.aside.call(at, "CreateTopics", { topics, timeout: workMs }));
    for (const { topic, errorCode, errorMessage } of topicErrors) {
      if (errorCode === 0 || errorCode === exists) continue;
      const refusal = new Refusal(errorCode, errorMessage);
      if (mayAskAgain(refusal)) throw refusal;
      throw new Fault("GW_KAFKA_PROTOCOL", `topic ${topic} cannot be made: ${refusal.message} (${refusal.type})`, { topic }, refusal);
    }
    return topicErrors.filter(({ errorCode }) => errorCode === 0).map(({ topic }) => topic);
  }

  /** A topic just made has no leaders for a moment, and a broker that has not heard of it refuses everything about it. */
  async #untilLed(names: readonly string[]): Promise<void> {
    const { directory } = this.#cluster;
    const limit = Date.now() + limitMs;
    for (;;) {
      const counts = await directory.partitions(names);
      const places = names.flatMap((topic) => Array.from({ length: counts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })));
      const leaders = await directory.leaders(places);
      if (counts.size === new Set(names).size && leaders.every((leader) => leader >= 0)) return;
      if (Date.now() > limit)
        throw new Fault("GW_KAFKA_UNREACHABLE", `topics without a leader after ${limitMs / 1000} s: ${names.join(", ")}`);
      await pause(20);
    }
  }

  /** Where topics are made and deleted; any other node answers NOT_CONTROLLER. */
  async #controller<R>(work: (at: { host: string; port: number }) => Promise<R>): Promise<R> {
    const { directory } = this.#cluster;
    if (directory.nodes.size === 0) await directory.refresh();
    return work(this.#cluster.address(directory.controller));
  }

  /** In the order asked, -1 where none; leaders that have moved are asked again. */
  async #offsets(places: readonly Place[], timestamp: number): Promise<number[]> {
    return this.#asking("reading offsets", () =>
      retrying(
        limitMs,
        async () => {
          const found = await Promise.all(places.map((place) => this.#cluster.leaderOf(place)));
          const nodes = Map.groupBy(places, (_, i) => found[i]);
          const offsets = new Map<string, number>();
          await Promise.all([...nodes].map(([at, led]) => at && this.#offsetsOf(at, led, timestamp, offsets)));
          return places.map(({ topic, partition }) => offsets.get(placeKey(topic, partition)) ?? -1);
        },
        (error) => this.#staleOr(error),
      ),
    );
  }

  async #offsetsOf(
    at: { host: string; port: number },
    places: readonly Place[],
    timestamp: number,
    into: Map<string, number>,
  ): Promise<void> {
    const topics = byTopic(places.map(({ topic, partition }) => [topic, { partition, timestamp: String(timestamp) }] as const));
    const { responses } = await this.#cluster.aside.call(at, "ListOffsets", { isolationLevel: uncommittedToo, topics });
    for (const { topic, partitions } of responses) {
      for (const { partition, errorCode, offset } of partitions) {
        check(errorCode);
        into.set(placeKey(topic, partition), Number(offset));
      }
    }
  }

  /** Leaders may have moved: the next attempt asks anew. */
  #staleOr(error: unknown): boolean {
    if (!mayAskAgain(error)) return false;
    void this.#cluster.directory.refresh().catch(() => undefined);
    return true;
  }

  async #asking<R>(doing: string, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      throw kafkaFault(error, doing);
    }
  }
}
