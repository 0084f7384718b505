import kafkajs from "kafkajs";
import type { Place } from "../../../operators/stream/record.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import type { KafkaSettings } from "../settings.ts";
import type { CallName, Calls, MetadataAnswer } from "./calls.ts";
import { Directory } from "./directory.ts";
import { isSilence, refusalType } from "./kafka-fault.ts";
import { type Address, type Dialling, Link } from "./link.ts";
import { check } from "./refusal.ts";
import { retrying } from "./retrying.ts";

const { CompressionTypes } = kafkajs;

/** A group's coordinator keeps memberships and positions, a transactional id's its transactions; often two different nodes. */
export type CoordinatorKind = "group" | "transaction";

/** While a broker starts again its coordinators load; lanes are made anew after that. */
const coordinatorLimitMs = 15_000;
const writers = 4;

/**
 * The connections of one process to one cluster, shared by all its lanes: one link for the shared fetch, one for everything
 * beside it (replay, checkpoints, administration), a few to write. A thousand lanes need no more.
 */
export class Cluster {
  readonly directory: Directory;
  /** By its number on the wire. */
  readonly compression: number;
  /** Carries the feed. */
  readonly live: Link;
  /** Carries what must not wait for the feed. */
  readonly aside: Link;
  readonly #writers: readonly Link[];
  readonly #seeds: readonly Address[];
  readonly #coordinators = new Map<string, Promise<number>>();
  #turn = 0;

  constructor(dialling: Dialling, { brokers, compression = "gzip" }: KafkaSettings) {
    this.compression = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, zstd: CompressionTypes.ZSTD }[compression];
    this.live = new Link(dialling, true);
    this.aside = new Link(dialling, true);
    this.#writers = Array.from({ length: writers }, () => new Link(dialling, false));
    this.#seeds = brokers.map(seed);
    this.directory = new Directory((topics) => this.#metadata(topics));
  }

  /** A link to write by; each new writer gets the next. With replicas a produce holds its connection up until they have it. */
  writer(): Link {
    this.#turn += 1;
    return this.#writers[this.#turn % this.#writers.length] as Link;
  }

  /** Requests under way fail. Does not throw: a connection that is gone needs no closing. */
  async close(): Promise<void> {
    await Promise.all([this.live, this.aside, ...this.#writers].map((link) => link.close()));
  }

  /** Throws GW_KAFKA_UNREACHABLE for a node that the cluster has not named, as after a restart under another id. */
  address(node: number): Address {
    const address = this.directory.nodes.get(node);
    if (address === undefined) throw new Fault("GW_KAFKA_UNREACHABLE", `the cluster names no node ${node}`);
    return address;
  }

  /** Asks the leader of the place. */
  async leader<N extends CallName>(link: Link, place: Place, name: N, args: Calls[N]["args"]): Promise<Calls[N]["answer"]> {
    return link.call(await this.leaderOf(place), name, args);
  }

  /**
   * Asks the cluster anew before it gives up. Throws GW_TOPIC_MISSING where the place does not exist, GW_KAFKA_UNREACHABLE
   * where it has no leader just now.
   */
  async leaderOf(place: Place): Promise<Address> {
    const [node] = await this.directory.leaders([place]);
    if (node !== undefined && node >= 0) return this.address(node);
    await this.directory.refresh();
    const [again = -1] = await this.directory.leaders([place]);
    if (again >= 0) return this.address(again);
    const count = await this.directory.count(place.topic);
    if (count === undefined || place.partition >= count)
      throw new Fault("GW_TOPIC_MISSING", `there is no ${place.topic}[${place.partition}]`);
    throw new Fault("GW_KAFKA_UNREACHABLE", `${place.topic}[${place.partition}] has no leader`);
  }

  /** Asks the group's or the transactional id's coordinator, remembered until it errs, and repeats what nobody has begun to do. */
  async coordinated<R>(link: Link, kind: CoordinatorKind, id: string, work: (at: Address, link: Link) => Promise<R>): Promise<R> {
    return retrying(coordinatorLimitMs, async () => {
      try {
        return await work(this.address(await this.#coordinator(kind, id)), link);
      } catch (error) {
        if (refusalType(error) !== "CONCURRENT_TRANSACTIONS") this.#coordinators.delete(`${kind} ${id}`);
        if (isSilence(error)) await this.directory.refresh().catch(() => undefined);
        throw error;
      }
    });
  }

  /** Any node that answers: those known first, then those of the settings. */
  async anyNode<R>(work: (at: Address) => Promise<R>): Promise<R> {
    const known = [...this.directory.nodes.values()];
    let last: unknown;
    for (const at of [...known, ...this.#seeds]) {
      try {
        return await work(at);
      } catch (error) {
        if (!isSilence(error)) throw error;
        last = error;
      }
    }
    throw last;
  }

  #metadata(topics: readonly string[]): Promise<MetadataAnswer> {
    return this.anyNode((at) => this.aside.call(at, "Metadata", { topics, allowAutoTopicCreation: false }));
  }

  /** One question for all who ask at once: lanes that are opened together share the promise. */
  #coordinator(kind: CoordinatorKind, id: string): Promise<number> {
    const name = `${kind} ${id}`;
    const held = this.#coordinators.get(name);
    if (held !== undefined) return held;
    const asked = this.anyNode(async (at) => {
      const args = { groupId: id, coordinatorType: kind === "group" ? 0 : 1 };
      const { errorCode, coordinator } = await this.aside.call(at, "GroupCoordinator", args);
      check(errorCode);
      if (!this.directory.nodes.has(coordinator.nodeId)) await this.directory.refresh();
      return coordinator.nodeId;
    });
    this.#coordinators.set(name, asked);
    return asked;
  }
}

function seed(text: string): Address {
  const at = text.lastIndexOf(":");
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) };
}
