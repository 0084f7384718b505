import { describe, expect, it } from "vitest";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { type Random, seeded } from "../../scripts/simulate/random.ts";
import { until } from "../lanes/harness.ts";
import { left, numbered, orderTest, priced, type Reading, rekeyTest, right, table, tableTest, totals } from "../lanes/pipelines.ts";
import { sharedPart } from "../parts/shared-part.ts";
import { routerRecords } from "../pipelines/inputs.ts";
import { KafkaRig } from "./kafka-rig.ts";

const kafka = await sharedPart("kafka");
const start = Date.UTC(2026, 0, 1) * 1_000;
const partitions = 4;
/** Partition 2 stays empty. */
const fed = [0, 1, 3];
const rounds = 120;

type Feed = (rig: KafkaRig, random: Random, round: number) => Promise<void>;

/**
 * Two workers, one of them killed with SIGKILL again and again while records flow; once a worker is frozen past its session,
 * another takes its lanes, and the zombie wakes.
 *   expect  what the same graphs make of the recorded order: no record missing, none twice, none different;
 *           and kills that cut a transaction off, or this has shown nothing
 */
async function survives(pipeline: Pipeline, outputs: readonly AnyTopic[], seed: number, feed: Feed): Promise<void> {
  const rig = await KafkaRig.open(pipeline, partitions, kafka?.address ?? "");
  try {
    const random = seeded(seed);
    for (const number of [0, 1]) rig.start(number);
    const restarts: Promise<void>[] = [];
    let kills = 0;
    for (let round = 0; round < rounds; round += 1) {
      await feed(rig, random, round);
      await new Promise((resolve) => setTimeout(resolve, random.int(20, 120)));
      if (round === 70) rig.signal(0, "SIGSTOP");
      if (round === 110) rig.signal(0, "SIGCONT");
      const victim = round > 70 && round < 115 ? 1 : random.int(0, 1);
      if (round % 9 !== 8) continue;
      kills += 1;
      const killed = kills % 2 === 0 ? rig.kill(victim) : rig.killInside(victim);
      restarts.push(killed.then(() => rig.start(victim)));
    }
    await Promise.all(restarts);
    await until("the lanes have caught up", () => rig.caughtUp(), 60_000);
    for (const output of outputs) {
      const written = texts(await rig.values(output));
      expect(written.length).toBeGreaterThan(3);
      expect(written).toEqual(texts(await rig.expected(output)));
    }
    expect(kills).toBeGreaterThan(10);
    expect(await rig.aborted()).toBeGreaterThan(2);
  } finally {
    await rig.close();
  }
}

const texts = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
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
    survives(orderTest, [numbered], 11, intoAll(left, right)),
  );

  it("see a table where the order put its changes", { timeout: 150_000 }, () =>
    survives(tableTest, [priced], 12, async (rig, random, round) => {
      if (round === 0) await rig.produce(table, 0, prices(random, 10));
      await intoAll(left)(rig, random, round);
      if (random.next() < 0.3) await rig.produce(table, 0, prices(random, 2));
    }),
  );

  it("meet again under another key, over all partitions", { timeout: 150_000 }, () => survives(rekeyTest, [totals], 13, intoAll(left)));

  it("run router-windows", { timeout: 150_000 }, () => {
    const records = routerRecords(1_200, 14);
    const perRound = records.length / rounds;
    return survives(routerWindows, [topics.window, topics.alert], 14, async (rig, _, round) => {
      const byPartition = Map.groupBy(records.slice(round * perRound, (round + 1) * perRound), ({ value }) => {
        return fed[Number((value as RouterEvent).instanceId.slice(2))] ?? 0;
      });
      for (const [partition, some] of byPartition)
        await rig.produce(
          topics.router,
          partition,
          some.map(({ value }) => value),
        );
    });
  });
});
