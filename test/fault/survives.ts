import { expect } from "vitest";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { type Random, seeded } from "../../scripts/simulate/random.ts";
import { until } from "../lanes/harness.ts";
import { sharedPart } from "../parts/shared-part.ts";
import { KafkaRig } from "./kafka-rig.ts";

/** The Kafka that the killed workers read; undefined where none can be had. */
export const kafka = await sharedPart("kafka");
const partitions = 4;
/** Partition 2 stays empty. */
export const fed: readonly number[] = [0, 1, 3];

/** Sends some records; called again and again while workers die. */
export type Feed = (rig: KafkaRig, random: Random, round: number) => Promise<void>;

/** What is killed, how often, and what must be true of it afterwards. */
export interface Trial {
  readonly pipeline: Pipeline;
  readonly outputs: readonly AnyTopic[];
  readonly seed: number;
  readonly feed: Feed;
  /** Six or more: one worker is frozen at the third and woken at the fifth. */
  readonly kills: number;
  /** Rounds of `feed`, at least. */
  readonly rounds?: number;
  readonly also?: (rig: KafkaRig) => Promise<void>;
}

/**
 * Two workers, one of them killed with SIGKILL again and again while records flow, every other time inside a transaction; once
 * a worker is frozen past its session, the other takes its lanes, and the zombie wakes.
 *   expect  what the same graphs make of the recorded order: no record missing, none twice, none different;
 *           and kills that cut transactions off, or this has shown nothing
 */
export async function survives({ pipeline, outputs, seed, feed, kills, rounds = 100, also }: Trial): Promise<void> {
  const rig = await KafkaRig.open(pipeline, partitions, kafka?.address ?? "");
  try {
    const random = seeded(seed);
    for (const number of [0, 1]) rig.start(number);
    let killing = true;
    const killed = kill(rig, seeded(seed + 1), kills).finally(() => {
      killing = false;
    });
    for (let round = 0; killing || round < rounds; round += 1) {
      await feed(rig, random, round);
      await pause(random.int(20, 120));
    }
    await killed;
    await until("the lanes have caught up", () => rig.caughtUp(), 60_000);
    for (const output of outputs) {
      const written = texts(await rig.values(output));
      expect(written.length).toBeGreaterThan(3);
      expect(written).toEqual(texts(await rig.expected(output)));
    }
    expect(await rig.aborted()).toBeGreaterThan(1);
    await also?.(rig);
  } finally {
    await rig.close();
  }
}

/** A round at a time, each taken whole before the next, whoever is killed meanwhile: no lane gets ahead of another by more. */
export const paced =
  (topic: AnyTopic, rounds: { next(): Map<number, unknown[]> }): Feed =>
  async (rig) => {
    for (const [partition, values] of rounds.next()) await rig.produce(topic, partition, values);
    await until("the round has been taken", () => rig.caughtUp(), 60_000);
  };

async function kill(rig: KafkaRig, random: Random, kills: number): Promise<void> {
  for (let count = 1; count <= kills; count += 1) {
    if (count === 3) rig.signal(0, "SIGSTOP");
    if (count === 5) rig.signal(0, "SIGCONT");
    const victim = count === 3 || count === 4 ? 1 : random.int(0, 1);
    await (count % 2 === 0 ? rig.kill(victim) : rig.killInside(victim));
    rig.start(victim);
    await pause(count === 4 ? 3_500 : random.int(200, 900));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const texts = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
