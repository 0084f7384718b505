import { describe, expect, it } from "vitest";
import { verifyChain } from "../../operators/audit/verify-chain.ts";
import { audit } from "../../pipelines/audit.ts";
import { load } from "../../pipelines/load.ts";
import { metrics } from "../../pipelines/metrics.ts";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { scaling } from "../../pipelines/scaling.ts";
import { threats } from "../../pipelines/threats.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AuditRecord, LoadWindow, MetricSample, RouterEvent, RouterEventInput } from "../../schemas/types/avro.ts";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { RequestRounds } from "../lanes/in-order.ts";
import { routerDefaults, startMs } from "../pipelines/inputs.ts";
import { alertOf, decisionOf } from "../pipelines/judgements.ts";
import { loadRecords } from "../pipelines/loads.ts";
import { metricRecords } from "../pipelines/metric-samples.ts";
import { intelRecords, requests } from "../pipelines/requests.ts";
import type { KafkaRig } from "./kafka-rig.ts";
import { type Feed, fed, kafka, paced, survives } from "./survives.ts";

/** What the lanes guarantee stands in lanes-killed.test.ts; here, that each pipeline keeps its state by their rules. */
const kills = 7;

describe.skipIf(kafka === undefined)("pipelines over real Kafka, killed", () => {
  it("tell threats, with indicators that come and go", { timeout: 150_000 }, () => {
    const events = requests(15);
    const feed: Feed = async (rig, random, round) => {
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
    };
    return survives({ pipeline: threats, outputs: [topics.alert, topics.score, topics.decision], seed: 15, kills, feed });
  });

  it("count the load of a deployment once, over all lanes, one of them with little to read", { timeout: 150_000 }, () => {
    const rounds = new RequestRounds(16);
    const also = async (rig: KafkaRig) => {
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
    return survives({ pipeline: load, outputs: [topics.load], seed: 16, kills, feed: paced(topics.request, rounds), rounds: 60, also });
  });

  it("forecast load and advise replicas", { timeout: 150_000 }, () => {
    const records = loadRecords(20_000, 17).map(({ value }) => value as LoadWindow);
    let next = 0;
    const feed: Feed = async (rig) => {
      const some = records.slice(next, next + 6);
      next += some.length;
      for (const [deployment, own] of Map.groupBy(some, ({ deploymentId }) => Number(deploymentId.slice(2)))) {
        await rig.produce(topics.load, fed[deployment] ?? 0, own);
      }
    };
    return survives({ pipeline: scaling, outputs: [topics.insight, topics.decision], seed: 17, kills, feed });
  });

  it("run router-windows", { timeout: 150_000 }, () => {
    const instances = routerWindowsOf(14);
    const feed: Feed = async (rig) => {
      for (const [instance, some] of instances.next().value) await rig.produce(topics.router, fed[instance] ?? 0, some);
    };
    return survives({ pipeline: routerWindows, outputs: [topics.window, topics.alert], seed: 14, kills, feed });
  });

  it("judge metrics", { timeout: 150_000 }, () => {
    const records = metricRecords(6_000, 16);
    const feed: Feed = async (rig, _, round) => {
      const some = records.slice(round * 180, (round + 1) * 180).map(({ value }) => value as MetricSample);
      for (const [instance, own] of Map.groupBy(some, ({ labels }) => Number(labels[0]?.value.slice(2)))) {
        await rig.produce(topics.metric, fed[instance] ?? 0, own);
      }
    };
    return survives({ pipeline: metrics, outputs: [topics.alert, topics.score], seed: 16, kills, feed });
  });

  it("chain what was judged without fork or gap", { timeout: 150_000 }, () => {
    const feed: Feed = async (rig, random, round) => {
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
    const also = async (rig: KafkaRig) => {
      const links = ((await rig.values(topics.audit)) as AuditRecord[]).toSorted((a, b) => a.sequence - b.sequence);
      expect(verifyChain(links).faults).toEqual([]);
      const judged = await Promise.all([topics.alert, topics.decision].map(({ name }) => rig.read(name)));
      expect(links.length).toBe(judged.flat(2).length);
    };
    return survives({ pipeline: audit, outputs: [topics.audit], seed: 15, kills, feed, also });
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
