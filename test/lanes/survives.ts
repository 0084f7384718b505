import { expect } from "vitest";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { type Random, seeded } from "../../scripts/simulate/random.ts";
import { LaneRig, until, type Working } from "./harness.ts";

const partitions = 4;
/** Partition 2 stays empty. */
export const fed = [0, 1, 3];

/** What goes in, a round at a time; 60 rounds make a run. */
export type Feed = (rig: LaneRig, random: Random, round: number) => void;

/**
 * Two workers over four partitions, one of them empty; workers are ended without a word at random moments and others begin.
 * With `paced` each round waits for the one before: no lane gets ahead of another by more than a round.
 * What they have written, all together, must be what the same graphs make of the recorded order in one go.
 */
export async function survives(
  pipeline: Pipeline,
  outputs: readonly AnyTopic[],
  seed: number,
  feed: Feed,
  paced = false,
): Promise<LaneRig> {
  const rig = new LaneRig(pipeline, partitions);
  const random = seeded(seed);
  const workers = [await rig.worker(), await rig.worker()];
  let kills = 0;
  for (let round = 0; round < 60; round += 1) {
    feed(rig, random, round);
    await new Promise((resolve) => setTimeout(resolve, random.int(0, 12)));
    if (random.next() < 0.4) {
      const victim = random.int(0, workers.length - 1);
      await workers[victim]?.kill();
      workers[victim] = await rig.worker();
      kills += 1;
    }
    if (paced) await until("the round has been taken", () => rig.caughtUp());
  }
  await until("all lanes have committed what they took", () => settled(rig, workers, outputs));
  for (const one of workers) await one.worker.stop();
  expect(kills).toBeGreaterThan(10);
  for (const output of outputs) {
    const written = texts(await rig.values(output));
    expect(written.length).toBeGreaterThan(3);
    expect(written).toEqual(texts(await rig.expected(output)));
  }
  return rig;
}

async function settled(rig: LaneRig, workers: readonly Working[], outputs: readonly AnyTopic[]): Promise<boolean> {
  const count = async () => (await Promise.all(outputs.map((output) => rig.read(output.name)))).flat(2).length;
  const before = await count();
  // Long enough for a lane that has just come to say that it has nothing to read, and for what that closes.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const lanes = workers.flatMap(({ worker }) => worker.lanes());
  return before > 0 && (await count()) === before && lanes.every((lane) => lane.status === "live" && lane.stalledMs === 0);
}

const texts = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
