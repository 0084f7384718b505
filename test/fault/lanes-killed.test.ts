import { describe, expect, it } from "vitest";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { Random } from "../../scripts/simulate/random.ts";
import { ReadingRounds } from "../lanes/in-order.ts";
import { left, numbered, orderTest, priced, type Reading, rekeyTest, right, table, tableTest, totals } from "../lanes/pipelines.ts";
import type { KafkaRig } from "./kafka-rig.ts";
import { type Feed, fed, kafka, paced, survives } from "./survives.ts";

const start = Date.UTC(2026, 0, 1) * 1_000;
const kills = 12;
const prices = (random: Random, count: number): Reading[] =>
  Array.from({ length: count }, () => ({ key: `k${random.int(0, 30)}`, ts: start, value: random.int(1, 9) }));
const readings = (random: Random, partition: number, round: number): Reading[] =>
  Array.from({ length: random.int(20, 300) }, () => ({
    key: `p${partition}-${random.int(0, 20)}`,
    ts: start + round * 1_500_000 + random.int(-800_000, 800_000),
    value: random.int(1, 100),
  }));
const intoAll =
  (...inputs: AnyTopic[]): Feed =>
  async (rig, random, round) => {
    for (const topic of inputs) for (const partition of fed) await rig.produce(topic, partition, readings(random, partition, round));
  };

describe.skipIf(kafka === undefined)("lanes over real Kafka, killed", () => {
  it("take several inputs in one order and replay it", { timeout: 150_000 }, () =>
    survives({ pipeline: orderTest, outputs: [numbered], seed: 11, kills, feed: intoAll(left, right) }),
  );

  it("see a table where the order put its changes", { timeout: 150_000 }, () => {
    const feed: Feed = async (rig, random, round) => {
      if (round === 0) await rig.produce(table, 0, prices(random, 10));
      await intoAll(left)(rig, random, round);
      if (random.next() < 0.3) await rig.produce(table, 0, prices(random, 2));
    };
    return survives({ pipeline: tableTest, outputs: [priced], seed: 12, kills, feed });
  });

  it("meet again under another key, over all partitions, one of them with little to read", { timeout: 150_000 }, () => {
    const rounds = new ReadingRounds(13);
    const also = async (rig: KafkaRig) => {
      const written = (await rig.values(totals)).map((value) => (value as { text: string }).text);
      const { closed, all } = rounds.expected();
      expect(closed.length).toBeGreaterThan(50);
      expect(written).toEqual(expect.arrayContaining(closed));
      expect(written.filter((text) => !all.has(text))).toEqual([]);
      expect(new Set(written).size).toBe(written.length);
    };
    return survives({ pipeline: rekeyTest, outputs: [totals], seed: 13, kills, feed: paced(left, rounds), rounds: 60, also });
  });
});
