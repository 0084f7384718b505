import { describe, expect, it } from "vitest";
import { resolveSettings } from "../../infra/config/resolve.ts";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import { pipelines } from "../../pipelines/index.ts";
import { orderTest } from "../../test/lanes/pipelines.ts";
import { makeTopics } from "./make-topics.ts";
import { partsToRun, topicsOf } from "./parts.ts";

async function made(set: readonly string[], existing: Record<string, number> = {}) {
  const log = openMemoryLog();
  for (const [name, partitions] of Object.entries(existing)) log.create({ name, partitions, settings: {} });
  const parts = partsToRun([orderTest], () => ({}));
  const settings = resolveSettings({ pipelines, environment: {}, set: ["kafka.brokers=127.0.0.1:9092", ...set] });
  const port = log.connect();
  const named = (topic: string) => `ns.${topic}`;
  const make = () => makeTopics({ log: port, topics: topicsOf(parts), parts, group: "ns.gatewatch", settings, named });
  await make();
  await make();
  return Object.fromEntries(await port.admin.partitions(await port.admin.listTopics()));
}

describe("a worker's topics", () => {
  it("are its inputs and outputs, its dead letters and its checkpoints; a second time there is nothing to make", async () => {
    expect(await made([])).toEqual({
      "ns.gatewatch.checkpoints": 4,
      "ns.gatewatch.dlq": 4,
      "ns.test.left": 4,
      "ns.test.numbered": 4,
      "ns.test.right": 4,
    });
  });

  it("stay as they are where they exist, and what is read beside them follows", async () => {
    expect(await made([], { "ns.test.left": 6, "ns.test.numbered": 2 })).toMatchObject({
      "ns.test.left": 6,
      "ns.test.right": 6,
      "ns.test.numbered": 2,
    });
  });

  it("are one more for the order in which inputs were taken, where that is asked for", async () => {
    expect(await made(["lane.recordRuns=true"])).toHaveProperty(["ns.gatewatch.internal.order-test.runs"], 1);
    expect(await made([])).not.toHaveProperty(["ns.gatewatch.internal.order-test.runs"]);
  });
});
