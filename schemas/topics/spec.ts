import type { AnyTopic } from "./topic.ts";

/** How many partitions a topic gets: `local` for a laptop, `production` for a cluster. */
export type SizeProfile = "local" | "production";

/** A topic as a broker is asked for it. */
export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** What batch, key and headers may add to the value: the broker's limit is on the whole batch. */
const roomBytes = 64 * 1024;

/**
 * Compaction must leave a table alone far longer than a checkpoint is old, or a replay would miss the versions of a key that
 * its lane had seen.
 */
const compactionLagMs = 2 * 3_600_000;

/** Settings are given as Kafka wants them, as texts. Replication is left to the cluster's default. */
export function specOf(topic: AnyTopic, profile: SizeProfile): TopicSettings {
  const { name, partitions, cleanup, retentionMs, maxRecordBytes, timestampType } = topic;
  return {
    name,
    partitions: partitions[profile],
    settings: {
      "cleanup.policy": cleanup,
      "retention.ms": String(retentionMs),
      "max.message.bytes": String(maxRecordBytes + roomBytes),
      "message.timestamp.type": timestampType,
      ...(cleanup === "compact" ? { "min.compaction.lag.ms": String(compactionLagMs) } : {}),
    },
  };
}
