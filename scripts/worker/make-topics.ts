import type { Settings } from "../../infra/config/settings.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { PartToRun } from "../../infra/lanes/links.ts";
import { topics as catalogue } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { checkpointSpec, coPartitioned, runsSpec, topicSpec } from "./topic-specs.ts";

/** What a worker is about to read and write. */
export interface TopicsToMake {
  readonly log: LogPort;
  readonly topics: readonly AnyTopic[];
  readonly parts: readonly PartToRun[];
  /** With its namespace. */
  readonly group: string;
  readonly settings: Settings;
  readonly named: (topic: string) => string;
}

/** What a worker reads and writes, its dead letters and its checkpoints, where they do not exist. */
export async function makeTopics({ log, topics, parts, group, settings, named }: TopicsToMake): Promise<void> {
  const all = new Map([...topics, catalogue.dlq as AnyTopic].map((topic) => [topic.name, topic]));
  const specs = [...all.values()].map((topic) => topicSpec(topic, named, settings.kafka));
  specs.push(checkpointSpec(group, settings.kafka));
  const pipelines = new Set(parts.map(({ pipeline }) => pipeline.name));
  if (settings.lane.recordRuns) for (const pipeline of pipelines) specs.push(runsSpec(pipeline, named));
  const existing = await log.admin.partitions(specs.map(({ name }) => name));
  await log.admin.createTopics(coPartitioned(specs, parts, named, existing).filter(({ name }) => !existing.has(name)));
}
