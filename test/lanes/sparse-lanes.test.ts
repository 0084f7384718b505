import { describe, expect, it } from "vitest";
import { load } from "../../pipelines/load.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import type { LaneRig } from "./harness.ts";
import { ReadingRounds, RequestRounds } from "./in-order.ts";
import { left, rekeyTest, totals } from "./pipelines.ts";
import { type Feed, survives } from "./survives.ts";

/** Each partition's share of the next round; one partition has none but now and then, one never. */
const feed =
  (topic: AnyTopic, rounds: { next(): Map<number, unknown[]> }): Feed =>
  (rig) => {
    for (const [partition, values] of rounds.next()) rig.produce(topic, partition, values);
  };

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
    expect(
      windows.map(({ windowStart, requests, inputTokens, outputTokens }) => ({ windowStart, requests, inputTokens, outputTokens })),
    ).toEqual(expected);
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
