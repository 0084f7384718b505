import type { Headers, LogRecord, Place } from "../../operators/stream/record.ts";
import type { Fault } from "../../schemas/faults/fault.ts";

/**
 * The log that lanes live on: partitions, read-committed reading, transactions that fence, group membership. Two
 * implementations (Kafka by kafkajs, memory in one process) keep one contract: `test/contract/log-contract.ts`.
 *
 * Errors are Faults: GW_KAFKA_UNREACHABLE and GW_KAFKA_PROTOCOL (retriable), GW_LANE_FENCED (someone else owns the id),
 * GW_LANE_OUTCOME_UNKNOWN (a commit whose answer was lost), GW_LANE_OFFSET_GAP (offset out of range), GW_LOG_UNREADABLE
 * (bytes that are no records), GW_TOPIC_MISSING, GW_RECORD_TOO_LARGE, GW_KAFKA_AUTH.
 */
export interface LogPort {
  readonly kind: "kafka" | "memory";
  readonly admin: LogAdmin;
  /** The shared, continuous fetch of this process: one request a broker for all taps with room. */
  readonly feed: Feed;
  /** One exact read-committed fetch beside the feed, for replay and checkpoints. `next` moves on over what is filtered out. */
  fetch(place: Place, offset: number, limits?: FetchLimits): Promise<Fetched>;
  /** Owns the id when it resolves: earlier owners are fenced, their open transaction is over, committed positions are final. */
  fence(transactionalId: string): Promise<TransactionalWriter>;
  /** Idempotent sends outside transactions, in the order given, acknowledged by all replicas. */
  producer(): Promise<PlainWriter>;
  join(options: JoinOptions): Promise<Membership>;
  close(): Promise<void>;
}

/** Bounds of one exact fetch; what is left out has the implementation's own default. */
export interface FetchLimits {
  /** At least one record or batch comes whatever this says. */
  readonly maxBytes?: number;
  /** How long to wait where there is nothing yet. */
  readonly maxWaitMs?: number;
  /**
   * Also what stands behind transactions that are still open, and what was aborted. Only for a record that a committed position
   * names: it is committed for certain, and must not wait for a dead lane's transaction before it in the same partition.
   */
  readonly uncommitted?: boolean;
}

/** The answer to one fetch of one partition. */
export interface Fetched {
  /** Committed records at or after the offset asked for, ascending; offsets may have holes. */
  readonly records: readonly LogRecord[];
  /** Where to go on; beyond the last record's offset + 1 where control or aborted records followed. */
  readonly next: number;
  /** The last stable offset: nothing at or after it can be read yet. */
  readonly end: number;
  /** The high watermark: `next === highWatermark` after an empty fetch means the partition is drained. */
  readonly highWatermark: number;
}

/** One input of one lane as the feed sees it. */
export interface Tap extends Place {
  readonly next: number;
  /** A closed tap is forgotten. */
  readonly open: boolean;
  /** A full tap is left out of the next fetch: this is the back-pressure. */
  readonly full: boolean;
  /** Called with every answer, empty ones included; must not block and must not throw. */
  feed(fetched: Fetched): void;
  /** The wanted offset is not there (retention, truncation, a topic made anew); the tap is fed nothing until it moves. */
  gap(range: { earliest: number; end: number }): void;
  /** GW_LOG_UNREADABLE: what stands at the wanted offset cannot be read, now or later. Logged where the tap has no such method. */
  unreadable?(fault: Fault): void;
}

/** Feeds taps until they close. A tap sees offsets rise, each record once unless it moves back itself. */
export interface Feed {
  /** `place` and `next` are read anew for every fetch, so a tap seeks by changing its `next`. */
  add(tap: Tap): void;
  /** Gives up on fetches that have not answered for so long and begins others; returns how many. */
  check(stallMs: number): number;
  /** For how long a fetch that is wanted has not been answered, tried again or not; 0 without open taps. */
  readonly silentMs: number;
}

/** A record to be written. A value of null is a tombstone where the topic is compacted. */
export interface OutRecord {
  /** With its namespace: the port knows none. */
  readonly topic: string;
  /** By the key's murmur2 where left out. */
  readonly partition?: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Headers;
}

/** Where a group goes on in one partition: the next offset to read, not the last one read. */
export interface CommittedPosition extends Place {
  readonly offset: number;
  /** At most 4,096 bytes (the broker's offset.metadata.max.bytes). */
  readonly metadata: string;
}

/** After any error the object is spent: fence again and read the position; never repeat the outputs. */
export interface TransactionalWriter {
  /** Opens the transaction if none is. Resolves to the first offset written, by place (`placeKey`). Cuts into sends of at most 900 kB. */
  send(records: readonly OutRecord[]): Promise<ReadonlyMap<string, number>>;
  /** Ends the transaction together with these positions of the group. Works without records as well. */
  commit(group: string, positions: readonly CommittedPosition[]): Promise<void>;
  /** Nothing of the open transaction will be seen by a reader of committed records. */
  abort(): Promise<void>;
}

/** Writes without a transaction: what was sent is visible at once, each record once. */
export interface PlainWriter {
  send(records: readonly OutRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** What a member brings to its group, and what it is told. Callbacks must not throw and not block. */
export interface JoinOptions {
  readonly group: string;
  /** Co-partitioned: a member gets the same partition numbers of each. GW_TOPIC_NOT_COPARTITIONED otherwise. */
  readonly topics: readonly string[];
  /** Not heard of for so long, a member loses its lanes. */
  readonly sessionTimeoutMs: number;
  /** How often it is heard of; `heartbeat` is called for each that was answered. */
  readonly heartbeatMs: number;
  /** How long the group waits for a member to join again before it goes on without it. */
  readonly rebalanceTimeoutMs: number;
  /** Keeps the member id over a SIGKILL, so that the next life can leave for the former one at once. */
  readonly memberFile?: string;
  /** The lanes that are this member's from now on; called again after every rebalance, and again when nothing changed. */
  assigned(partitions: ReadonlySet<number>): void;
  /** A rebalance has begun: lanes may be about to move. */
  rebalancing(): void;
  heartbeat(): void;
  /** The membership is gone for good (kafkajs crashed without restart): the process should exit with a code. */
  lost(cause: Error): void;
}

/** A place in a group. It ends with `leave`, with the session time-out after a kill, or with `lost`. */
export interface Membership {
  /** Leaves the group so that others take over at once. */
  leave(): Promise<void>;
}

/** A topic to be made. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Broker settings such as cleanup.policy, retention.ms, max.message.bytes, message.timestamp.type. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Everything about topics and positions that is no record. Throws GW_KAFKA_UNREACHABLE, GW_KAFKA_PROTOCOL, GW_KAFKA_AUTH. */
export interface LogAdmin {
  /** Idempotent: topics that exist stay as they are. Resolves to the names it made. */
  createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]>;
  /** Those that are not there are no fault. */
  deleteTopics(names: readonly string[]): Promise<void>;
  /** All this user may see, without the cluster's own. */
  listTopics(): Promise<readonly string[]>;
  /** Number of partitions; a missing topic is left out. */
  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Earliest offset and high watermark of each place, in the order asked. */
  range(places: readonly Place[]): Promise<readonly { earliest: number; end: number }[]>;
  /** The first offset whose timestamp is at or after this, the end offset where none is. */
  offsetAt(place: Place, timestampMs: number): Promise<number>;
  /** Committed offset (-1 where none) and metadata of each place, in the order asked. */
  positions(group: string, places: readonly Place[]): Promise<readonly { offset: number; metadata: string }[]>;
  /** One sentence about the other end (version, brokers), for `doctor`. */
  describe(): Promise<{ address: string; detail: string }>;
}

/** A place as the key of a map. Topic names hold no blank. */
export const placeKey = (topic: string, partition: number): string => `${topic} ${partition}`;
