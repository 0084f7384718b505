import { describe, expect, it } from "vitest";
import { load } from "../../pipelines/load.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { LaneRig, until } from "./harness.ts";
import { ReadingRounds, RequestRounds } from "./in-order.ts";
import { left, rekeyTest, totals } from "./pipelines.ts";
import { type Feed, survives } from "./survives.ts";

/** Each partition's share of the next round; one partition has none but now and then, one never. */
const feed =
  (topic: AnyTopic, rounds: { next(): Map<number, unknown[]> }): Feed =>
  (rig) => {
    for (const [partition, values] of rounds.next()) rig.produce(topic, partition, values);
  };

const sumsOf = (windows: readonly LoadWindow[]) =>
  windows.map(({ windowStart, requests, inputTokens, outputTokens }) => ({ windowStart, requests, inputTokens, outputTokens }));

/** How often the lanes of partition 3 were found to have nothing left to read. */
const pauses = async (rig: LaneRig, part: string) =>
  (await rig.runs())
    .filter((one) => one.part === part && one.lane === 3)
    .flatMap(({ runs }) => runs)
    .filter(({ length }) => length === 0).length;

describe("a partition with little to read, beside busy ones and an empty one", () => {
  it.for([1, 2])("loses nothing of the load of a deployment, seed %i", { timeout: 60_000 }, async (seed) => {
    const rounds = new RequestRounds(seed);
    const rig = await survives(load, [topics.load], seed, feed(topics.request, rounds), true);
    const windows = (await rig.values(topics.load)) as LoadWindow[];
    const { closed, windows: expected } = rounds.expected(windows);
    expect(closed.length).toBeGreaterThan(20);
    expect(await pauses(rig, topics.request.name)).toBeGreaterThan(3);
    expect(windows.map(({ windowStart }) => windowStart)).toEqual(expect.arrayContaining(closed));
    expect(new Set(windows.map(({ windowStart }) => windowStart)).size).toBe(windows.length);
    expect(sumsOf(windows)).toEqual(expected);
  });

  it.for([
    ["stopped", 1],
    ["killed", 2],
    ["killed", 3],
  ] as const)("loses nothing of what comes while its idle lanes have no worker, %s, seed %i", { timeout: 60_000 }, async ([how, seed]) => {
    const rounds = new RequestRounds(seed);
    const rig = new LaneRig(load, 4);
    const give = feed(topics.request, rounds);
    const random = seeded(seed);
    const before = await rig.worker();
    for (let round = 0; round < 10; round += 1) {
      give(rig, random, round);
      await until("the round has been taken", () => rig.caughtUp());
    }
    await until("there is nothing to read", async () => (await pauses(rig, topics.request.name)) > 0);
    await (how === "killed" ? before.kill() : before.worker.stop());
    for (let round = 10; round < 70; round += 1) give(rig, random, round);
    await new Promise((resolve) => setTimeout(resolve, rig.settings.idleHoldsMs + 50));
    const after = await rig.worker();
    const written = async () => (await rig.values(topics.load)) as LoadWindow[];
    const { closed } = rounds.expected([]);
    await until("all windows have closed", async () => {
      const starts = new Set((await written()).map(({ windowStart }) => windowStart));
      return closed.every((start) => starts.has(start));
    });
    await after.worker.stop();
    const windows = await written();
    expect(sumsOf(windows)).toEqual(rounds.expected(windows).windows);
  });

  it.for([1, 2])("loses nothing of sums under another key, seed %i", { timeout: 60_000 }, async (seed) => {
    const rounds = new ReadingRounds(seed);
    const rig = await survives(rekeyTest, [totals], seed, feed(left, rounds), true);
    const written = (await rig.values(totals)).map((value) => (value as { text: string }).text);
    const { closed, all } = rounds.expected();
    expect(closed.length).toBeGreaterThan(50);
    expect(await pauses(rig, left.name)).toBeGreaterThan(3);
    expect(written).toEqual(expect.arrayContaining(closed));
    expect(written.filter((text) => !all.has(text))).toEqual([]);
    expect(new Set(written).size).toBe(written.length);
  });
});
