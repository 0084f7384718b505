import { describe, expect, it } from "vitest";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { LaneRig, until } from "./harness.ts";
import { left, numbered, orderTest, priced, type Reading, rekeyTest, right, table, tableTest, totals } from "./pipelines.ts";

const start = Date.UTC(2026, 0, 1) * 1_000;
const partitions = 4;
/** Partition 2 stays empty. */
const fed = [0, 1, 3];

/**
 * Two workers over four partitions, one of them empty; workers are ended without a word at random moments and others begin.
 * What they have written, all together, must be what the same graphs make of the recorded order in one go.
 */
async function survives(pipeline: Pipeline, output: AnyTopic, seed: number, inputs: readonly AnyTopic[], tables: readonly AnyTopic[] = []) {
  const rig = new LaneRig(pipeline, partitions);
  const random = seeded(seed);
  const rounds = 60;
  const workers = [await rig.worker(), await rig.worker()];
  let kills = 0;
  for (const topic of tables) rig.produce(topic, 0, prices(random, 10));
  for (let round = 0; round < rounds; round += 1) {
    for (const topic of inputs) for (const partition of fed) rig.produce(topic, partition, readings(random, partition, round));
    for (const topic of tables) if (random.next() < 0.3) rig.produce(topic, 0, prices(random, 2));
    await new Promise((resolve) => setTimeout(resolve, random.int(0, 12)));
    if (random.next() < 0.4) {
      const victim = random.int(0, workers.length - 1);
      await workers[victim]?.kill();
      workers[victim] = await rig.worker();
      kills += 1;
    }
  }
  const done = async () => workers.every(({ worker }) => worker.lanes().every((lane) => lane.status === "live" && lane.stalledMs === 0));
  const settled = async () => {
    const before = (await rig.read(output.name)).flat().length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    return (await done()) && (await rig.read(output.name)).flat().length === before && before > 0;
  };
  await until("all lanes have committed what they took", settled);
  const written = await rig.values(output);
  const expected = await rig.expected(output);
  for (const one of workers) await one.worker.stop();
  expect(kills).toBeGreaterThan(10);
  expect(written.length).toBeGreaterThan(20);
  expect(texts(written)).toEqual(texts(expected));
  return { rig, written };
}

const texts = (values: readonly unknown[]) => values.map((value) => (value as { text: string }).text).sort();
const prices = (random: ReturnType<typeof seeded>, count: number): Reading[] =>
  Array.from({ length: count }, () => ({ key: `k${random.int(0, 30)}`, ts: start, value: random.int(1, 9) }));
const readings = (random: ReturnType<typeof seeded>, partition: number, round: number): Reading[] =>
  Array.from({ length: random.int(1, 12) }, () => ({
    key: `p${partition}-${random.int(0, 20)}`,
    ts: start + round * 1_500_000 + random.int(-800_000, 800_000),
    value: random.int(1, 100),
  }));

describe("lanes over the memory log", () => {
  it.for([1, 2, 3])("take several inputs in one order and replay it, seed %i", { timeout: 60_000 }, async (seed) => {
    const { rig, written } = await survives(orderTest, numbered, seed, [left, right]);
    const produced = [...(await rig.read(left.name)), ...(await rig.read(right.name))].flat().length;
    expect(written).toHaveLength(produced);
  });

  it.for([1, 2])("see a table where the order put its changes, seed %i", { timeout: 60_000 }, async (seed) => {
    const { rig, written } = await survives(tableTest, priced, seed, [left], [table]);
    expect(written).toHaveLength((await rig.read(left.name)).flat().length);
  });

  it.for([1, 2])("meet again under another key, over all partitions, seed %i", { timeout: 60_000 }, async (seed) => {
    const { rig, written } = await survives(rekeyTest, totals, seed, [left]);
    const keys = texts(written).map((text) => text.split("|").slice(0, 2).join("|"));
    expect(new Set(keys).size).toBe(keys.length);
    const counted = texts(written).reduce((sum, text) => sum + Number(text.split("|")[2]), 0);
    expect(counted).toBeGreaterThan(0.6 * (await rig.read(left.name)).flat().length);
  });
});
