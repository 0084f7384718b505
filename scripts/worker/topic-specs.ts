import type { TopicSpec } from "../../infra/kafka/port.ts";
import type { PartToRun } from "../../infra/lanes/links.ts";
import { checkpointTopic, runsTopic } from "../../infra/lanes/names.ts";
import { type SizeProfile, specOf } from "../../schemas/topics/spec.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";

/** What decides how large the topics are that Gatewatch makes. */
export interface Sizing {
  readonly brokers: readonly string[];
  readonly partitions?: number;
}

const onThisMachine = /^(127\.|localhost:|\[::1\]|memory)/;

const sizeProfile = (brokers: readonly string[]): SizeProfile => (brokers.every((one) => onThisMachine.test(one)) ? "local" : "production");

/** A topic as the catalogue wants it, under the namespace. Tables have one partition whatever is asked for. */
export function topicSpec(topic: AnyTopic, named: (topic: string) => string, { brokers, partitions }: Sizing): TopicSpec {
  const spec = specOf(topic, sizeProfile(brokers));
  return { ...spec, name: named(spec.name), partitions: spec.partitions === 1 ? 1 : (partitions ?? spec.partitions) };
}

/** Beside its topics a group of workers has one for checkpoints: compacted, since only a lane's newest state counts. */
export function checkpointSpec(group: string, { brokers, partitions }: Sizing): TopicSpec {
  const count = partitions ?? (sizeProfile(brokers) === "local" ? 4 : 12);
  return {
    name: checkpointTopic(group),
    partitions: count,
    // Only closed segments are compacted: small ones keep the disk near the size of the newest states.
    settings: {
      "cleanup.policy": "compact",
      "max.message.bytes": "1048588",
      "segment.bytes": "67108864",
      "min.cleanable.dirty.ratio": "0.1",
    },
  };
}

/** Where lanes write their runs, if they are told to. */
export function runsSpec(pipeline: string, named: (topic: string) => string): TopicSpec {
  return {
    name: named(runsTopic(pipeline)),
    partitions: 1,
    settings: { "cleanup.policy": "delete", "retention.ms": String(3 * 86_400_000) },
  };
}

/**
 * Inputs that one lane reads together need the same number of partitions: where some exist already, those still to be made
 * follow them instead of the catalogue.
 */
export function coPartitioned(
  specs: readonly TopicSpec[],
  parts: readonly PartToRun[],
  named: (topic: string) => string,
  existing: ReadonlyMap<string, number>,
): TopicSpec[] {
  const counts = new Map<string, number>();
  for (const { inputs } of parts) {
    const names = inputs.filter(({ role }) => role === "lane").map(({ topic }) => named(topic.name));
    const count = names.map((name) => existing.get(name) ?? counts.get(name)).find((known) => known !== undefined);
    if (count !== undefined) for (const name of names) counts.set(name, count);
  }
  return specs.map((spec) => ({ ...spec, partitions: counts.get(spec.name) ?? spec.partitions }));
}
