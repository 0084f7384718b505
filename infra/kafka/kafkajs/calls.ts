/** The requests we make, with what goes out and what comes back. Offsets and producer ids are decimal text on this side. */
export interface Calls {
  /** First on every connection: which versions of each request the node takes. */
  ApiVersions: { args: object; answer: { errorCode: number } };
  /** Nodes, controller and leaders. An empty list of topics asks for all of them in the versions that kafkajs speaks. */
  Metadata: { args: { topics: readonly string[]; allowAutoTopicCreation: boolean }; answer: MetadataAnswer };
  /** kafkajs' name of FindCoordinator. */
  GroupCoordinator: { args: { groupId: string; coordinatorType: number }; answer: { errorCode: number; coordinator: { nodeId: number } } };
  /** Records of partitions that the node leads. The answer is read by `fetching.ts`, not by kafkajs. */
  Fetch: { args: FetchArgs; answer: unknown };
  /** One record batch a partition. Acknowledged by all replicas in everything we send. */
  Produce: { args: ProduceArgs; answer: ProduceAnswer };
  /** Timestamp -2 asks for the earliest offset, -1 for the high watermark, any other for the first record at or after it. */
  ListOffsets: { args: ListOffsetsArgs; answer: { responses: readonly TopicPartitions<ListedOffset>[] } };
  /** Committed positions of a group with their metadata; offset -1 where there is none. */
  OffsetFetch: {
    args: { groupId: string; topics: readonly TopicPartitions<{ partition: number }>[] };
    answer: { errorCode?: number; responses: readonly TopicPartitions<FetchedPosition>[] };
  };
  /** With a transactional id this is the fence: it ends what an earlier owner had open and raises the epoch. */
  InitProducerId: {
    args: { transactionalId: string | null; transactionTimeout: number };
    answer: { errorCode: number; producerId: string; producerEpoch: number };
  };
  /** Tells the coordinator where it must write markers; before the first record to each partition. */
  AddPartitionsToTxn: {
    args: Identity & { topics: readonly { topic: string; partitions: readonly number[] }[] };
    answer: { errors: readonly { topic: string; partitionErrors: readonly { partition: number; errorCode: number }[] }[] };
  };
  /** The same for the group whose positions the transaction carries. */
  AddOffsetsToTxn: { args: Identity & { groupId: string }; answer: { errorCode: number } };
  /** Positions that become visible with the transaction. Goes to the group's coordinator, the others to the transaction's. */
  TxnOffsetCommit: {
    args: Identity & { groupId: string; topics: readonly TopicPartitions<{ partition: number; offset: string; metadata: string }>[] };
    answer: { topics: readonly TopicPartitions<{ partition: number; errorCode: number }>[] };
  };
  /** `transactionResult` true commits. Answered again with yes when it is repeated. */
  EndTxn: { args: Identity & { transactionResult: boolean }; answer: { errorCode: number } };
  /** Sent on behalf of a member that is gone, see `former-self.ts`. */
  LeaveGroup: { args: { groupId: string; memberId: string }; answer: { errorCode: number } };
  /** Only to the controller. An answer comes before every node has heard of the topic. */
  CreateTopics: { args: CreateTopicsArgs; answer: TopicErrors };
  DeleteTopics: { args: { topics: readonly string[]; timeout: number }; answer: TopicErrors };
  /** Moves a partition's beginning; tests make gaps by it. */
  DeleteRecords: {
    args: { topics: readonly TopicPartitions<{ partition: number; offset: string }>[]; timeout: number };
    answer: { topics: readonly TopicPartitions<{ partition: number; errorCode: number }>[] };
  };
}

/** A request by the name kafkajs has for it. */
export type CallName = keyof Calls;

/** How Kafka's requests nest: partitions under their topic, order kept. */
export interface TopicPartitions<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

/** Who writes: the id of a producer and how often it was taken over. A broker refuses an older epoch. */
export interface Identity {
  readonly transactionalId: string | null;
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** The cluster as one node sees it; may lag behind an election. `leader` is -1 where a partition has none. */
export interface MetadataAnswer {
  readonly brokers: readonly { nodeId: number; host: string; port: number }[];
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly topic: string;
    readonly isInternal: boolean;
    readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[];
  }[];
}

/** `maxBytes` of the whole answer, and of each partition; the broker exceeds both for a first batch that is larger. */
export interface FetchArgs {
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly TopicPartitions<{ partition: number; fetchOffset: string; maxBytes: number }>[];
  readonly rackId: string;
}

/** A record as kafkajs encodes it. Timestamps are left to the broker or the moment of encoding. */
export interface WireMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | readonly Buffer[]>>;
}

/** `firstSequence` numbers the records of one producer in one partition on, so that a repeated batch is taken once. */
export interface ProduceArgs extends Identity {
  readonly acks: number;
  readonly timeout: number;
  readonly compression: number;
  readonly topicData: readonly TopicPartitions<{ partition: number; firstSequence: number; messages: readonly WireMessage[] }>[];
}

/** `baseOffset` is that of the batch's first record, decimal text; -1 where a repeated batch's offset is forgotten. */
export interface ProduceAnswer {
  readonly topics: readonly { topicName: string; partitions: readonly { partition: number; errorCode: number; baseOffset: string }[] }[];
}

/** Isolation 0 counts records of open transactions, 1 ends before the first of them. */
export interface ListOffsetsArgs {
  readonly isolationLevel: number;
  readonly topics: readonly TopicPartitions<{ partition: number; timestamp: string }>[];
}

/** `offset` is decimal text, -1 where no record is at or after the time asked for. */
export interface ListedOffset {
  readonly partition: number;
  readonly errorCode: number;
  readonly offset: string;
}

/** `offset` is decimal text, -1 where the group has no position there; metadata are ours, as they were committed. */
export interface FetchedPosition {
  readonly partition: number;
  readonly offset: string;
  readonly metadata: string | null;
  readonly errorCode: number;
}

/** The replication factor is left to the broker's own default. */
export interface CreateTopicsArgs {
  readonly topics: readonly {
    readonly topic: string;
    readonly numPartitions: number;
    readonly configEntries: readonly { name: string; value: string }[];
  }[];
  readonly timeout: number;
}

/** One code a topic; 0 is done. */
export interface TopicErrors {
  readonly topicErrors: readonly { topic: string; errorCode: number; errorMessage?: string | null }[];
}

/** Partitions under their topics, as most requests want them. */
export function byTopic<P>(entries: readonly (readonly [topic: string, partition: P])[]): TopicPartitions<P>[] {
  const topics = new Map<string, P[]>();
  for (const [topic, partition] of entries) {
    const list = topics.get(topic);
    if (list === undefined) topics.set(topic, [partition]);
    else list.push(partition);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}
