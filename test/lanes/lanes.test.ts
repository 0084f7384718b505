import { describe, expect, it } from "vitest";
import { verifyChain } from "../../operators/audit/verify-chain.ts";
import { audit } from "../../pipelines/audit.ts";
import { metrics } from "../../pipelines/metrics.ts";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { scaling } from "../../pipelines/scaling.ts";
import { threats } from "../../pipelines/threats.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { AuditRecord, LoadWindow, MetricSample, RequestEvent, RouterEvent, SeriesScore } from "../../schemas/types/avro.ts";
import type { Random } from "../../scripts/simulate/random.ts";
import { type InputRecord, routerRecords } from "../pipelines/inputs.ts";
import { alertOf, decisionOf } from "../pipelines/judgements.ts";
import { loadRecords } from "../pipelines/loads.ts";
import { metricRecords } from "../pipelines/metric-samples.ts";
import { intelRecords, requestRecords } from "../pipelines/requests.ts";
import type { LaneRig } from "./harness.ts";
import { left, numbered, orderTest, priced, type Reading, right, table, tableTest } from "./pipelines.ts";
import { type Feed, fed, survives } from "./survives.ts";

const start = Date.UTC(2026, 0, 1) * 1_000;

/** Where a request of `t0` to `t4` goes. */
const fedBy = ({ tenantHash }: RequestEvent): number => fed[Number(tenantHash.slice(1)) % fed.length] ?? 0;

/** A sixtieth of the requests a round, each to the partition of its tenant. */
const feedRequests =
  (records: readonly InputRecord[]): Feed =>
  (rig, _, round) => {
    const perRound = records.length / 60;
    for (const { topic, value } of records.slice(round * perRound, (round + 1) * perRound)) {
      rig.produce(topic, fedBy(value as RequestEvent), [value]);
    }
  };

const prices = (random: Random, count: number): Reading[] =>
  Array.from({ length: count }, () => ({ key: `k${random.int(0, 30)}`, ts: start, value: random.int(1, 9) }));
const readings = (random: Random, partition: number, round: number): Reading[] =>
  Array.from({ length: random.int(1, 12) }, () => ({
    key: `p${partition}-${random.int(0, 20)}`,
    ts: start + round * 1_500_000 + random.int(-800_000, 800_000),
    value: random.int(1, 100),
  }));
const intoAll =
  (...inputs: AnyTopic[]): Feed =>
  (rig, random, round) => {
    for (const topic of inputs) for (const partition of fed) rig.produce(topic, partition, readings(random, partition, round));
  };
const count = async (rig: LaneRig, ...topics: AnyTopic[]) => (await Promise.all(topics.map(({ name }) => rig.read(name)))).flat(2).length;

describe("lanes over the memory log", () => {
  it.for([1, 2, 3])("take several inputs in one order and replay it, seed %i", { timeout: 60_000 }, async (seed) => {
    const rig = await survives(orderTest, [numbered], seed, intoAll(left, right));
    expect(await count(rig, numbered)).toBe(await count(rig, left, right));
  });

  it.for([1, 2])("see a table where the order put its changes, seed %i", { timeout: 60_000 }, async (seed) => {
    const rig = await survives(tableTest, [priced], seed, (one, random, round) => {
      if (round === 0) one.produce(table, 0, prices(random, 10));
      intoAll(left)(one, random, round);
      if (random.next() < 0.3) one.produce(table, 0, prices(random, 2));
    });
    expect(await count(rig, priced)).toBe(await count(rig, left));
  });

  it.for([1, 2])("run router-windows, seed %i", { timeout: 60_000 }, async (seed) => {
    const records = routerRecords(600, seed);
    const perRound = records.length / 60;
    await survives(routerWindows, [topics.window, topics.alert], seed, (rig, _, round) => {
      for (const { topic, value } of records.slice(round * perRound, (round + 1) * perRound)) {
        const instance = Number((value as RouterEvent).instanceId.slice(2));
        rig.produce(topic, fed[instance] ?? 0, [value]);
      }
    });
  });

  it.for([1, 2])("tell threats, with indicators that come and go, seed %i", { timeout: 60_000 }, async (seed) => {
    const feed = feedRequests(requestRecords(600, seed));
    await survives(threats, [topics.alert, topics.score, topics.decision], seed, (rig, random, round) => {
      if (round % 3 === 0)
        rig.produce(
          topics.intel,
          0,
          intelRecords(random.int(1, 3), seed + round).map(({ value }) => value),
        );
      feed(rig, random, round);
    });
  });

  it.for([1, 2])("judge metrics, seed %i", { timeout: 60_000 }, async (seed) => {
    const records = metricRecords(300, seed);
    const perRound = records.length / 60;
    const rig = await survives(metrics, [topics.alert, topics.score], seed, (one, _, round) => {
      for (const { topic, value } of records.slice(round * perRound, (round + 1) * perRound)) {
        const instance = Number((value as MetricSample).labels[0]?.value.slice(2));
        one.produce(topic, fed[instance] ?? 0, [value]);
      }
    });
    const windows = ((await rig.values(topics.score)) as SeriesScore[]).filter(
      ({ kind, metric }) => kind === "value" && metric === "still",
    );
    // Three instances, a hundred windows of three samples; what has not closed at the end of the input is not counted yet.
    expect(windows.length).toBeGreaterThan(3 * 90);
    expect(new Set(windows.map(({ series, windowStart }) => `${series} ${windowStart}`)).size).toBe(windows.length);
    for (const { n, median, max } of windows) expect([n, median, max]).toEqual([3, 1, 1]);
  });

  it.for([1, 2])("forecast load and advise replicas, seed %i", { timeout: 60_000 }, async (seed) => {
    const records = loadRecords(600, seed);
    const perRound = Math.floor(records.length / 60);
    await survives(scaling, [topics.insight, topics.decision], seed, (rig, _, round) => {
      for (const { topic, value } of records.slice(round * perRound, (round + 1) * perRound)) {
        rig.produce(topic, fed[Number((value as LoadWindow).deploymentId.slice(2))] ?? 0, [value]);
      }
    });
  });

  it.for([1, 2])("chain what was judged without fork or gap, seed %i", { timeout: 60_000 }, async (seed) => {
    const rig = await survives(audit, [topics.audit], seed, (one, random, round) => {
      for (const partition of fed) {
        const n = round * 10 + random.int(0, 9);
        one.produce(topics.alert, partition, [alertOf(`d-${partition}`, n), alertOf(`d-${partition}`, n + 1)]);
        if (random.next() < 0.5) one.produce(topics.decision, partition, [decisionOf(`d-${partition}`, n)]);
      }
    });
    const links = ((await rig.values(topics.audit)) as AuditRecord[]).toSorted((a, b) => a.sequence - b.sequence);
    expect(links.length).toBe(await count(rig, topics.alert, topics.decision));
    expect(verifyChain(links)).toMatchObject({ faults: [], links: links.length });
  });
});
