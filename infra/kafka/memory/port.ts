import type { Place } from "../../../operators/stream/record.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import type {
  CommittedPosition,
  Fetched,
  FetchLimits,
  JoinOptions,
  LogAdmin,
  LogPort,
  Membership,
  OutRecord,
  PlainWriter,
  TopicSpec,
  TransactionalWriter,
} from "../port.ts";
import { MemoryFeed } from "./feed.ts";
import type { MemoryStorage } from "./storage.ts";

/** One client of a memory log: what a process is to Kafka. */
export class MemoryPort implements LogPort {
  readonly kind = "memory";
  readonly feed: MemoryFeed;
  readonly admin: LogAdmin;
  readonly #log: MemoryStorage;
  readonly #memberships = new Set<Membership>();

  constructor(log: MemoryStorage) {
    this.#log = log;
    this.feed = new MemoryFeed(log);
    this.admin = new MemoryAdmin(log);
  }

  /** Answers at once, also with nothing: `maxWaitMs` does not apply. */
  async fetch(place: Place, offset: number, { maxBytes = 1 << 20, uncommitted = false }: FetchLimits = {}): Promise<Fetched> {
    const partition = this.#log.partition(place);
    const fetched = partition.read(offset, maxBytes, uncommitted);
    if (fetched === undefined) {
      throw new Fault(
        "GW_LANE_OFFSET_GAP",
        `${place.topic}[${place.partition}] holds ${partition.earliest} to ${partition.end}, asked for ${offset}`,
      );
    }
    return fetched;
  }

  async fence(transactionalId: string): Promise<TransactionalWriter> {
    return new MemoryWriter(this.#log, transactionalId, this.#log.fence(transactionalId));
  }

  async producer(): Promise<PlainWriter> {
    const log = this.#log;
    return {
      send: async (records) => void log.append(records),
      close: async () => undefined,
    };
  }

  /** Throws GW_TOPIC_MISSING, and GW_TOPIC_NOT_COPARTITIONED where the topics differ in partitions. */
  async join(options: JoinOptions): Promise<Membership> {
    const counts = options.topics.map((topic) => this.#log.count(topic));
    const missing = options.topics.filter((_, i) => counts[i] === undefined);
    if (missing.length > 0) throw new Fault("GW_TOPIC_MISSING", `there is no topic ${missing.join(", ")}`);
    if (new Set(counts).size > 1) {
      throw new Fault("GW_TOPIC_NOT_COPARTITIONED", options.topics.map((topic, i) => `${topic} has ${counts[i]} partitions`).join(", "));
    }
    const membership = this.#log.groups.join(options, counts[0] ?? 0);
    this.#memberships.add(membership);
    return membership;
  }

  /** Leaves every group, so that others take over; the log and what it holds stay for other ports. */
  async close(): Promise<void> {
    this.feed.close();
    await Promise.all([...this.#memberships].map((membership) => membership.leave()));
  }
}

/** Spent with its epoch: a newer fence makes every call throw GW_LANE_FENCED. */
class MemoryWriter implements TransactionalWriter {
  readonly #log: MemoryStorage;
  readonly #id: string;
  readonly #epoch: number;
  #touched = new Map<string, Place>();

  constructor(log: MemoryStorage, id: string, epoch: number) {
    this.#log = log;
    this.#id = id;
    this.#epoch = epoch;
  }

  async send(records: readonly OutRecord[]): Promise<ReadonlyMap<string, number>> {
    const first = this.#log.append(records, this.#log.transaction(this.#id, this.#epoch));
    for (const name of first.keys()) {
      const [topic = "", partition] = name.split(" ");
      this.#touched.set(name, { topic, partition: Number(partition) });
    }
    return first;
  }

  async commit(group: string, positions: readonly CommittedPosition[]): Promise<void> {
    const long = positions.find(({ metadata }) => Buffer.byteLength(metadata) > 4_096);
    if (long !== undefined) throw new Fault("GW_KAFKA_PROTOCOL", `the metadata of ${long.topic} is longer than 4,096 bytes`);
    this.#end({ group, positions });
  }

  async abort(): Promise<void> {
    this.#end(undefined);
  }

  #end(commit: { group: string; positions: readonly CommittedPosition[] } | undefined): void {
    const touched = [...this.#touched.values()];
    this.#touched = new Map();
    this.#log.end(this.#id, this.#epoch, touched, commit);
  }
}

/** All of it at once: nothing here can be away. */
class MemoryAdmin implements LogAdmin {
  readonly #log: MemoryStorage;

  constructor(log: MemoryStorage) {
    this.#log = log;
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    return specs.filter((spec) => this.#log.create(spec)).map(({ name }) => name);
  }
  async deleteTopics(names: readonly string[]): Promise<void> {
    for (const name of names) this.#log.delete(name);
  }
  async listTopics(): Promise<readonly string[]> {
    return this.#log.names();
  }
  async partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return new Map(
      topics.flatMap((topic) => {
        const count = this.#log.count(topic);
        return count === undefined ? [] : [[topic, count] as const];
      }),
    );
  }
  async range(places: readonly Place[]): Promise<readonly { earliest: number; end: number }[]> {
    return places.map((place) => {
      const { earliest, end } = this.#log.partition(place);
      return { earliest, end };
    });
  }
  async offsetAt(place: Place, timestampMs: number): Promise<number> {
    return this.#log.partition(place).offsetAt(timestampMs);
  }
  async positions(group: string, places: readonly Place[]): Promise<readonly { offset: number; metadata: string }[]> {
    return places.map((place) => this.#log.position(group, place));
  }
  async describe(): Promise<{ address: string; detail: string }> {
    return { address: "memory", detail: "in this process, not durable" };
  }
}
