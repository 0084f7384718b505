/** The requests we make, with what goes out and what comes back. Offsets and producer ids are decimal text on this side. */
export interface Calls {
  ApiVersions: { args: object; answer: { errorCode: number } };
  Metadata: { args: { topics: readonly string[]; allowAutoTopicCreation: boolean }; answer: MetadataAnswer };
  /** kafkajs' name of FindCoordinator. */
  GroupCoordinator: { args: { groupId: string; coordinatorType: number }; answer: { errorCode: number; coordinator: { nodeId: number } } };
  Fetch: { args: FetchArgs; answer: unknown };
  Produce: { args: ProduceArgs; answer: ProduceAnswer };
  ListOffsets: { args: ListOffsetsArgs; answer: { responses: readonly TopicPartitions<ListedOffset>[] } };
  OffsetFetch: {
    args: { groupId: string; topics: readonly TopicPartitions<{ partition: number }>[] };
    answer: { errorCode?: number; responses: readonly TopicPartitions<FetchedPosition>[] };
  };
  InitProducerId: {
    args: { transactionalId: string | null; transactionTimeout: number };
    answer: { errorCode: number; producerId: string; producerEpoch: number };
  };
  AddPartitionsToTxn: {
    args: Identity & { topics: readonly { topic: string; partitions: readonly number[] }[] };
    answer: { errors: readonly { topic: string; partitionErrors: readonly { partition: number; errorCode: number }[] }[] };
  };
  AddOffsetsToTxn: { args: Identity & { groupId: string }; answer: { errorCode: number } };
  TxnOffsetCommit: {
    args: Identity & { groupId: string; topics: readonly TopicPartitions<{ partition: number; offset: string; metadata: string }>[] };
    answer: { topics: readonly TopicPartitions<{ partition: number; errorCode: number }>[] };
  };
  EndTxn: { args: Identity & { transactionResult: boolean }; answer: { errorCode: number } };
  LeaveGroup: { args: { groupId: string; memberId: string }; answer: { errorCode: number } };
  CreateTopics: { args: CreateTopicsArgs; answer: TopicErrors };
  DeleteTopics: { args: { topics: readonly string[]; timeout: number }; answer: TopicErrors };
  DeleteRecords: {
    args: { topics: readonly TopicPartitions<{ partition: number; offset: string }>[]; timeout: number };
    answer: { topics: readonly TopicPartitions<{ partition: number; errorCode: number }>[] };
  };
}

export type CallName = keyof Calls;

export interface TopicPartitions<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

export interface Identity {
  readonly transactionalId: string | null;
  readonly producerId: string;
  readonly producerEpoch: number;
}

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

export interface FetchArgs {
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly TopicPartitions<{ partition: number; fetchOffset: string; maxBytes: number }>[];
  readonly rackId: string;
}

export interface WireMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | readonly Buffer[]>>;
}

export interface ProduceArgs extends Identity {
  readonly acks: number;
  readonly timeout: number;
  readonly compression: number;
  readonly topicData: readonly TopicPartitions<{ partition: number; firstSequence: number; messages: readonly WireMessage[] }>[];
}

export interface ProduceAnswer {
  readonly topics: readonly { topicName: string; partitions: readonly { partition: number; errorCode: number; baseOffset: string }[] }[];
}

export interface ListOffsetsArgs {
  readonly isolationLevel: number;
  readonly topics: readonly TopicPartitions<{ partition: number; timestamp: string }>[];
}

export interface ListedOffset {
  readonly partition: number;
  readonly errorCode: number;
  readonly offset: string;
}

export interface FetchedPosition {
  readonly partition: number;
  readonly offset: string;
  readonly metadata: string | null;
  readonly errorCode: number;
}

export interface CreateTopicsArgs {
  readonly topics: readonly {
    readonly topic: string;
    readonly numPartitions: number;
    readonly configEntries: readonly { name: string; value: string }[];
  }[];
  readonly timeout: number;
}

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
