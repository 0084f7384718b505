import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { orderTest, tableTest } from "../../test/lanes/pipelines.ts";
import { partsToRun, topicsOf } from "./parts.ts";
import { checkpointSpec, coPartitioned, runsSpec, topicSpec } from "./topic-specs.ts";

const named = (topic: string) => `ns.${topic}`;
const here = { brokers: ["127.0.0.1:9092", "localhost:9093"] };
const cluster = { brokers: ["127.0.0.1:9092", "kafka-1:9092"] };

describe("the topics that a worker makes", () => {
  it("are as the catalogue has them, under the namespace", () => {
    const spec = topicSpec(topics.router as AnyTopic, named, here);
    expect(spec).toMatchObject({
      name: "ns.moe.router",
      settings: { "cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime" },
    });
  });

  it("have as many partitions as a laptop can use, or a cluster, or as asked", () => {
    const partitions = [here, cluster, { ...cluster, partitions: 7 }, { brokers: ["memory"] }].map(
      (sizing) => topicSpec(topics.router as AnyTopic, named, sizing).partitions,
    );
    expect(partitions).toEqual([4, 12, 7, 4]);
  });

  it("have one partition where they are tables, whatever is asked: every lane reads all of it", () => {
    expect(topicSpec(topics.policy as AnyTopic, named, { ...cluster, partitions: 7 })).toMatchObject({
      partitions: 1,
      settings: { "cleanup.policy": "compact", "min.compaction.lag.ms": String(2 * 3_600_000) },
    });
  });

  it("leave room for keys and headers over the largest value", () => {
    const { settings } = topicSpec(topics.router as AnyTopic, named, here);
    expect(Number(settings["max.message.bytes"])).toBeGreaterThan(topics.router.maxRecordBytes + 32_000);
  });

  it("are for a group compacted ones for its checkpoints, and for a pipeline its runs", () => {
    expect(checkpointSpec("ns.gatewatch", cluster)).toMatchObject({
      name: "ns.gatewatch.checkpoints",
      partitions: 12,
      settings: { "cleanup.policy": "compact" },
    });
    expect(runsSpec("router-windows", named)).toMatchObject({ name: "ns.gatewatch.internal.router-windows.runs", partitions: 1 });
  });
});

describe("topics that one lane reads together", () => {
  const specs = (pipeline: typeof orderTest) =>
    topicsOf(partsToRun([pipeline], () => ({}))).map((topic) => topicSpec(topic, (name) => name, here));
  const counts = (pipeline: typeof orderTest, existing: Record<string, number>) => {
    const made = coPartitioned(
      specs(pipeline),
      partsToRun([pipeline], () => ({})),
      (name) => name,
      new Map(Object.entries(existing)),
    );
    return Object.fromEntries(made.map(({ name, partitions }) => [name, partitions]));
  };

  it("follow the one that exists already", () => {
    expect(counts(orderTest, { "test.right": 9 })).toMatchObject({ "test.left": 9, "test.right": 9 });
  });

  it("keep to the catalogue where none does", () => {
    expect(counts(orderTest, {})).toMatchObject({ "test.left": 4, "test.right": 4 });
  });

  it("do not draw a table or an output after them", () => {
    expect(counts(tableTest, { "test.left": 9 })).toMatchObject({ "test.left": 9, "test.table": 1, "test.priced": 4 });
  });
});
