import { describe, expect, it } from "vitest";
import { verifyChain } from "../../operators/audit/verify-chain.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { audit } from "../../pipelines/audit.ts";
import { load } from "../../pipelines/load.ts";
import { metrics } from "../../pipelines/metrics.ts";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { scaling } from "../../pipelines/scaling.ts";
import { threats } from "../../pipelines/threats.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { AuditRecord, LoadWindow, MetricSample, RouterEvent, RouterEventInput } from "../../schemas/types/avro.ts";
import { type Random, seeded } from "../../scripts/simulate/random.ts";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { until } from "../lanes/harness.ts";
import { ReadingRounds, RequestRounds } from "../lanes/in-order.ts";
import { left, numbered, orderTest, priced, type Reading, rekeyTest, right, table, tableTest, totals } from "../lanes/pipelines.ts";
import { sharedPart } from "../parts/shared-part.ts";
import { routerDefaults, startMs } from "../pipelines/inputs.ts";
import { alertOf, decisionOf } from "../pipelines/judgements.ts";
import { loadRecords } from "../pipelines/loads.ts";
import { metricRecords } from "../pipelines/metric-samples.ts";
import { intelRecords, requests } from "../pipelines/requests.ts";
import { KafkaRig } from "./kafka-rig.ts";

const kafka = await sharedPart("kafka");
const start = Date.UTC(2026, 0, 1) * 1_000;
const partitions = 4;
/** Partition 2 stays empty. */
const fed = [0, 1, 3];

type Feed = (rig: KafkaRig, random: Random, round: number) => Promise<void>;

/**
 * Two workers, one of them killed with SIGKILL again and again while records flow, every other time inside a transaction; once
 * a worker is frozen past its session, the other takes its lanes, and the zombie wakes.
 *   expect  what the same graphs make of the recorded order: no record missing, none twice, none different;
 *           and kills that cut transactions off, or this has shown nothing
 */
async function survives(
  pipeline: Pipeline,
  outputs: readonly AnyTopic[],
  seed: number,
  feed: Feed,
  also: (rig: KafkaRig) => Promise<void> = async () => undefined,
  rounds = 100,
): Promise<void> {
  const rig = await KafkaRig.open(pipeline, partitions, kafka?.address ?? "");
  try {
    const random = seeded(seed);
    for (const number of [0, 1]) rig.start(number);
    let killing = true;
    const killed = kill(rig, seeded(seed + 1)).finally(() => {
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
    expect(await rig.aborted()).toBeGreaterThan(2);
    await also(rig);
  } finally {
    await rig.close();
  }
}

/** Twelve kills, half of them inside a transaction; between the seventh and the ninth worker 0 is frozen for longer than its session. */
async function kill(rig: KafkaRig, random: Random): Promise<void> {
  for (let count = 1; count <= 12; count += 1) {
    if (count === 7) rig.signal(0, "SIGSTOP");
    if (count === 9) rig.signal(0, "SIGCONT");
    const victim = count >= 7 && count < 9 ? 1 : random.int(0, 1);
    await (count % 2 === 0 ? rig.kill(victim) : rig.killInside(victim));
    rig.start(victim);
    await pause(count === 8 ? 3_500 : random.int(200, 900));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
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

/** A round at a time, each taken whole before the next, whoever is killed meanwhile: no lane gets ahead of another by more. */
const paced =
  (topic: AnyTopic, rounds: { next(): Map<number, unknown[]> }): Feed =>
  async (rig) => {
    for (const [partition, values] of rounds.next()) await rig.produce(topic, partition, values);
    await until("the round has been taken", () => rig.caughtUp(), 60_000);
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

  it("meet again under another key, over all partitions, one of them with little to read", { timeout: 150_000 }, () => {
    const rounds = new ReadingRounds(13);
    const check = async (rig: KafkaRig) => {
      const written = (await rig.values(totals)).map((value) => (value as { text: string }).text);
      const { closed, all } = rounds.expected();
      expect(closed.length).toBeGreaterThan(50);
      expect(written).toEqual(expect.arrayContaining(closed));
      expect(written.filter((text) => !all.has(text))).toEqual([]);
      expect(new Set(written).size).toBe(written.length);
    };
    return survives(rekeyTest, [totals], 13, paced(left, rounds), check, 60);
  });

  it("tell threats, with indicators that come and go", { timeout: 150_000 }, () => {
    const events = requests(15);
    return survives(threats, [topics.alert, topics.score, topics.decision], 15, async (rig, random, round) => {
      if (round % 5 === 0)
        await rig.produce(
          topics.intel,
          0,
          intelRecords(random.int(1, 3), round).map(({ value }) => value),
        );
      const some = Array.from({ length: 100 }, () => events.next().value);
      for (const [tenant, own] of Map.groupBy(some, ({ tenantHash }) => Number(tenantHash.slice(1)) % fed.length)) {
        await rig.produce(topics.request, fed[tenant] ?? 0, own);
      }
    });
  });

  it("count the load of a deployment once, over all lanes, one of them with little to read", { timeout: 150_000 }, () => {
    const rounds = new RequestRounds(16);
    const check = async (rig: KafkaRig) => {
      const written = (await rig.values(topics.load)) as LoadWindow[];
      const { closed, windows } = rounds.expected(written);
      const starts = written.map(({ windowStart }) => windowStart);
      expect(closed.length).toBeGreaterThan(20);
      expect(starts).toEqual(expect.arrayContaining(closed));
      expect(new Set(starts).size).toBe(starts.length);
      expect(
        written.map(({ windowStart, requests, inputTokens, outputTokens }) => ({ windowStart, requests, inputTokens, outputTokens })),
      ).toEqual(windows);
    };
    return survives(load, [topics.load], 16, paced(topics.request, rounds), check, 60);
  });

  it("forecast load and advise replicas", { timeout: 150_000 }, () => {
    const records = loadRecords(20_000, 17).map(({ value }) => value as LoadWindow);
    let next = 0;
    return survives(scaling, [topics.insight, topics.decision], 17, async (rig) => {
      const some = records.slice(next, next + 6);
      next += some.length;
      for (const [deployment, own] of Map.groupBy(some, ({ deploymentId }) => Number(deploymentId.slice(2)))) {
        await rig.produce(topics.load, fed[deployment] ?? 0, own);
      }
    });
  });

  it("run router-windows", { timeout: 150_000 }, () => {
    const instances = routerWindowsOf(14);
    return survives(routerWindows, [topics.window, topics.alert], 14, async (rig) => {
      for (const [instance, some] of instances.next().value) await rig.produce(topics.router, fed[instance] ?? 0, some);
    });
  });

  it("judge metrics", { timeout: 150_000 }, () => {
    const records = metricRecords(6_000, 16);
    return survives(metrics, [topics.alert, topics.score], 16, async (rig, _, round) => {
      const some = records.slice(round * 180, (round + 1) * 180).map(({ value }) => value as MetricSample);
      for (const [instance, own] of Map.groupBy(some, ({ labels }) => Number(labels[0]?.value.slice(2)))) {
        await rig.produce(topics.metric, fed[instance] ?? 0, own);
      }
    });
  });

  it("chain what was judged without fork or gap", { timeout: 150_000 }, () => {
    const judge = async (rig: KafkaRig, random: Random, round: number) => {
      for (const partition of fed) {
        const numbers = Array.from({ length: random.int(1, 40) }, (_, i) => round * 100 + i);
        await rig.produce(
          topics.alert,
          partition,
          numbers.map((n) => alertOf(`d-${partition}`, n)),
        );
        await rig.produce(
          topics.decision,
          partition,
          numbers.slice(0, 9).map((n) => decisionOf(`d-${partition}`, n)),
        );
      }
    };
    return survives(audit, [topics.audit], 15, judge, async (rig) => {
      const links = ((await rig.values(topics.audit)) as AuditRecord[]).toSorted((a, b) => a.sequence - b.sequence);
      expect(verifyChain(links).faults).toEqual([]);
      const judged = await Promise.all([topics.alert, topics.decision].map(({ name }) => rig.read(name)));
      expect(links.length).toBe(judged.flat(2).length);
    });
  });
});

/** Ten windows of three instances at a time, by the number of the instance. */
function* routerWindowsOf(seed: number): Generator<Map<number, unknown[]>, never> {
  const load = { seed, deploymentId: "d", instances: 3, layers: 4, experts: 16, topK: 2, tokens: 2_000, windowMs: 5_000 };
  const collapse = { layer: 2, everyMs: 180_000, lastsMs: 20_000 };
  const windows = routerLoad({ ...load, collapse }, startMs);
  for (;;) {
    const events = Array.from({ length: 10 }, () => windows.next().value as RouterEventInput[]).flat();
    const values = events.map((event) => topics.router.complete({ ...routerDefaults, ...event } as RouterEvent));
    yield Map.groupBy(values, ({ instanceId }) => Number(instanceId.slice(2)));
  }
}
