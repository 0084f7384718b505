import type { Place } from "../../../operators/stream/record.ts";
import type { MetadataAnswer } from "./calls.ts";
import type { Address } from "./link.ts";
import { check } from "./refusal.ts";

const oldestMs = 300_000;
/** Refreshes that follow one another closer than this are answered by the same. */
const closestMs = 100;
/** Asked for to learn the nodes alone: an empty list would ask for every topic of the cluster. */
const anyTopic = "__consumer_offsets";
const unknownTopic = 3;
const leaderNotAvailable = 5;
const notThere = new Set([0, unknownTopic, leaderNotAvailable]);

/**
 * Who leads what, for all links of a process. Partitions without a leader and topics that are gone are ordinary answers here
 * (kafkajs throws the whole of the metadata away for one of them).
 */
export class Directory {
  clusterId = "";
  readonly #ask: (topics: readonly string[]) => Promise<MetadataAnswer>;
  readonly #leaders = new Map<string, readonly number[]>();
  /** Topics that exist and that we may not see, with the broker's error code: trouble of those who ask for them alone. */
  readonly #refused = new Map<string, number>();
  #nodes = new Map<number, Address>();
  #controller = -1;
  #refreshing: Promise<void> | undefined;
  #refreshedAt = 0;

  constructor(ask: (topics: readonly string[]) => Promise<MetadataAnswer>) {
    this.#ask = ask;
  }

  get nodes(): ReadonlyMap<number, Address> {
    return this.#nodes;
  }

  /** Of the node that makes topics. */
  get controller(): number {
    return this.#nodes.has(this.#controller) ? this.#controller : ([...this.#nodes.keys()][0] ?? -1);
  }

  /** The leader of each place, -1 where there is none. Topics not met before are asked for. */
  async leaders(places: readonly Place[]): Promise<number[]> {
    const unknown = [...new Set(places.map(({ topic }) => topic))].filter((topic) => !this.#leaders.has(topic));
    if (unknown.length > 0) await this.#learn(unknown);
    else if (Date.now() - this.#refreshedAt > oldestMs) void this.refresh().catch(() => undefined);
    return places.map(({ topic, partition }) => this.#leaders.get(topic)?.[partition] ?? -1);
  }

  /** Number of partitions; undefined where there is no such topic. Fresh where asked for. */
  async partitions(topics: readonly string[]): Promise<Map<string, number>> {
    if (topics.length === 0) return new Map();
    await this.#learn(topics);
    for (const topic of topics) check(this.#refused.get(topic) ?? 0);
    return new Map(
      topics.flatMap((topic) => {
        const leaders = this.#leaders.get(topic);
        return leaders === undefined ? [] : [[topic, leaders.length] as const];
      }),
    );
  }

  /** The number of partitions as last heard. */
  async count(topic: string): Promise<number | undefined> {
    if (!this.#leaders.has(topic)) await this.#learn([topic]);
    check(this.#refused.get(topic) ?? 0);
    return this.#leaders.get(topic)?.length;
  }

  /** All topics of the cluster but its own. */
  async topics(): Promise<string[]> {
    const answer = await this.#ask([]);
    return answer.topicMetadata.filter(({ isInternal }) => !isInternal).map(({ topic }) => topic);
  }

  /** Asks anew for everything known: after a failure, or when a leader has moved. Concurrent callers share one request. */
  refresh(): Promise<void> {
    if (this.#refreshing !== undefined) return this.#refreshing;
    if (Date.now() - this.#refreshedAt < closestMs) return Promise.resolve();
    this.#refreshing = this.#learn([...this.#leaders.keys()]).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** What one node says of these topics; a topic that it does not know stays unknown and is asked for again. */
  async #learn(topics: readonly string[]): Promise<void> {
    const answer = await this.#ask(topics.length === 0 ? [anyTopic] : topics);
    this.clusterId = answer.clusterId ?? "";
    this.#controller = answer.controllerId;
    this.#nodes = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    this.#refreshedAt = Date.now();
    if (topics.length === 0) return;
    for (const { topic, topicErrorCode, partitionMetadata } of answer.topicMetadata) {
      const leaders: number[] = [];
      for (const { partitionId, leader } of partitionMetadata) leaders[partitionId] = leader;
      if (leaders.length > 0) this.#leaders.set(topic, leaders);
      else if (topicErrorCode !== leaderNotAvailable) this.#leaders.delete(topic);
      if (leaders.length > 0 || notThere.has(topicErrorCode)) this.#refused.delete(topic);
      else this.#refused.set(topic, topicErrorCode);
    }
  }
}
