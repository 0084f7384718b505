import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureTables } from "../../infra/clickhouse/ensure-tables.ts";
import { type QueryRow, queryRows, sqlOf } from "../../infra/clickhouse/query.ts";
import { audit } from "../../pipelines/audit.ts";
import { namedQueries } from "../../schemas/clickhouse/queries.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { AuditRecord, Injection, Insight, LoadWindow } from "../../schemas/types/avro.ts";
import { until } from "../lanes/harness.ts";
import { realClickHouse } from "../parts/clickhouse.ts";
import { drivePipeline } from "../pipelines/driver.ts";
import { alertOf, decisionOf } from "../pipelines/judgements.ts";
import { anyRecord } from "../schemas/any-record.ts";
import { matchingCases } from "../simulate/matching-cases.ts";
import { SinkRig, windows } from "./rig.ts";

const real = await realClickHouse();
const second = 1_000_000;
const start = Date.UTC(2026, 0, 1) * 1_000;

/** What a query does not look at. */
const any = <T extends object>(topic: AnyTopic): T => fc.sample(anyRecord(topic), { numRuns: 1, seed: 1 })[0] as T;

/** Ten seconds of load, the `n`-th. */
const loadOf = (n: number, requests: number): LoadWindow => ({
  ...any<LoadWindow>(topics.load),
  ts: 0,
  windowStart: start + n * 10 * second,
  windowEnd: start + (n + 1) * 10 * second,
  deploymentId: "chat",
  requests,
  inputTokens: 0,
  outputTokens: requests * 10,
  sloClass: "",
});

/** What was told at the end of window `n` for the one after it. */
const forecastOf = (n: number, point: number, width: number, level = 0.9): Insight => ({
  ...any<Insight>(topics.insight),
  id: `forecast-${n}`,
  ts: start + (n + 1) * 10 * second,
  deploymentId: "chat",
  kind: "forecast",
  forecast: {
    quantity: "requests",
    originTs: start + (n + 1) * 10 * second,
    horizonS: 10,
    point,
    low: point - width,
    high: point + width,
    level,
  },
  crossing: null,
  cache: null,
  impact: null,
  rootCause: null,
});

const injectionOf = (n: number, given: Partial<Injection>): Injection => ({
  ...any<Injection>(topics.injection),
  id: `injection-${n}`,
  ts: start,
  deploymentId: "chat",
  entity: { type: "instance", id: "i-0" },
  evidence: [],
  phase: "STARTED",
  startTs: start + n * second,
  endTs: start + (n + 60) * second,
  ...given,
});

const source = { type: "source" as const, id: "192.0.2.7" };
const judged = [
  ...Array.from({ length: 3 }, (_, n) =>
    alertOf("chat", 10 + n, { entity: source, kind: "http.threat", severity: "CRITICAL", title: `t-${n}` }),
  ),
  alertOf("chat", 20, {
    kind: "router.collapse",
    severity: "MEDIUM",
    entity: { type: "layer", id: "i-0" },
    evidence: [{ name: "layer", value: "3", note: "" }],
  }),
  alertOf("chat", -7_200, { kind: "expert.dead" }),
];
const matchedS = -86_400 * 30;
const decisions = [
  decisionOf("chat", 1, { replicas: { current: null, desired: 2, low: 1, high: 3 } }),
  decisionOf("chat", 2, { replicas: { current: 2, desired: 4, low: 3, high: 5 } }),
  decisionOf("chat", 3, { kind: "RESPONSE", replicas: null, response: { action: "BLOCK", target: source, ttlS: 60 } }),
];
const links = drivePipeline(
  audit,
  judged.map((value) => ({ topic: topics.alert, value })),
).values(topics.audit) as AuditRecord[];
const records = [
  [topics.window, windows(0, 40)],
  [topics.alert, [...judged, ...matchingCases.map(({ alert }, i) => alertOf(`case-${i}`, matchedS + 61, { ...alert, kind: "case" }))]],
  [topics.decision, decisions],
  // Of the audit chain one link is missing.
  [topics.audit, links.toSpliced(2, 1)],
  [topics.load, [loadOf(0, 100), loadOf(1, 120), loadOf(2, 90), loadOf(3, 100)]],
  [topics.insight, [forecastOf(0, 110, 0, 0), forecastOf(1, 110, 10, 1 / 3), forecastOf(2, 100, 5), forecastOf(3, 100, 5)]],
  [
    topics.injection,
    [
      injectionOf(0, { fault: "router-collapse", expectedKinds: ["router.collapse", "router.drift"] }),
      injectionOf(0, { id: "its end", fault: "router-collapse", phase: "ENDED", expectedKinds: ["router.collapse", "router.drift"] }),
      injectionOf(1, { fault: "dead-expert", expectedKinds: ["expert.dead"] }),
      injectionOf(2, { fault: "token-drops", expectedKinds: [] }),
      injectionOf(3, { fault: "scanner", deploymentId: "other", expectedKinds: ["http.threat"] }),
      injectionOf(4, { fault: "on another instance", entity: { type: "layer", id: "i-1" }, expectedKinds: ["router.collapse"] }),
      injectionOf(5, {
        fault: "of another layer",
        evidence: [{ name: "layer", value: "4", note: "" }],
        expectedKinds: ["router.collapse"],
      }),
      injectionOf(6, { fault: "of a tenant", entity: { type: "tenant", id: "t" }, expectedKinds: ["router.collapse"] }),
      // Far off in time and in deployments of their own, so that each has its one alert.
      ...matchingCases.map(({ name, injection }, i) =>
        injectionOf(matchedS, { ...injection, id: `case-${i}`, deploymentId: `case-${i}`, fault: name, expectedKinds: ["case"] }),
      ),
    ],
  ],
] as const;

describe.skipIf(real === undefined)("named queries", { timeout: 60_000 }, () => {
  if (real === undefined) return;
  const { client } = real;
  const only = [...records.map(([topic]) => topic), topics.dlq];
  const rig = new SinkRig(client, real.ownDatabase(), { partitions: 1, only });
  const empty = real.ownDatabase();
  const rows = async (sql: string, database = rig.database): Promise<QueryRow[]> => {
    const found: QueryRow[] = [];
    for await (const row of queryRows(client, database, sql)) found.push(row);
    return found;
  };
  const ask = (name: string) => rows(sqlOf(name));

  beforeAll(async () => {
    await ensureTables(client, empty);
    await ensureTables(client, rig.database);
    for (const [topic, values] of records) rig.produce(topic, 0, values);
    rig.bytes(topics.window, 0, Buffer.from("broken"));
    const { stop } = await rig.worker();
    await until("the sinks have settled", async () => (await Promise.all(rig.topics.map((topic) => rig.settled(topic)))).every(Boolean));
    await stop();
  }, 60_000);
  afterAll(async () => {
    await rig.close();
    await client.close();
  });

  it.for(namedQueries.map(({ name }) => name))("%s answers, and of nothing with nothing", async (name) => {
    expect((await ask(name)).length).toBeGreaterThan(0);
    const ofNothing = await rows(sqlOf(name), empty);
    if (name !== "tables") expect(ofNothing).toEqual([]);
  });

  it("last-hour: what fired, the worst first, and nothing that is older", async () => {
    expect(await ask("last-hour")).toMatchObject([
      { kind: "http.threat", what: "source", entity: "192.0.2.7", alerts: 3, worst: "CRITICAL", newest: "t-2" },
      { kind: "router.collapse", what: "layer", alerts: 1, worst: "MEDIUM" },
    ]);
  });

  it("alert-counts: by kind", async () =>
    expect((await ask("alert-counts")).map(({ kind, alerts }) => [kind, alerts])).toEqual([
      ["case", matchingCases.length],
      ["http.threat", 3],
      ["expert.dead", 1],
      ["router.collapse", 1],
    ]));

  it("alert-sources: with what was decided about them", async () =>
    expect(await ask("alert-sources")).toMatchObject([
      { source: "192.0.2.7", alerts: 3, kinds: 1, mostly: ["http.threat"], worst: "CRITICAL", decided: "BLOCK" },
    ]));

  it("forecast-actual: error, that of the last value, and coverage, of windows that have come", async () => {
    const of = { deploymentId: "chat", quantity: "requests", horizonS: 10, windows: 1 };
    // What promised nothing has no coverage; the others are told apart by what they promised.
    expect(await ask("forecast-actual")).toEqual([
      { ...of, wanted: 0, coverage: null, actualMean: 120, forecastMean: 110, wape: 0.0833, wapeOfLastValue: 0.1667 },
      { ...of, wanted: 0.3, coverage: 0, actualMean: 90, forecastMean: 110, wape: 0.2222, wapeOfLastValue: 0.3333 },
      { ...of, wanted: 0.9, coverage: 1, actualMean: 100, forecastMean: 100, wape: 0, wapeOfLastValue: 0.1 },
    ]);
  });

  it("replicas: newest first, with nothing where the input did not say how many run", async () =>
    expect(await ask("replicas")).toMatchObject([
      { desired: 4, low: 3, high: 5, current: 2 },
      { desired: 2, current: null },
    ]));

  it("injected-found: found by a right kind, in time and place, or not", async () =>
    expect((await ask("injected-found")).filter(({ deploymentId }) => !String(deploymentId).startsWith("case-"))).toMatchObject([
      { fault: "of a tenant", result: "found" },
      { fault: "of another layer", result: "not found" },
      { fault: "on another instance", result: "not found" },
      { fault: "scanner", deploymentId: "other", result: "not found", alerts: 0, foundBy: [], afterS: null },
      { fault: "token-drops", result: "not found" },
      { fault: "dead-expert", result: "not found" },
      { fault: "router-collapse", result: "found", alerts: 1, foundBy: ["router.collapse"], afterS: 20, lastsS: 60 },
    ]));

  it("injected-found: knows places as the program does", async () => {
    const found = (await ask("injected-found")).filter(({ deploymentId }) => String(deploymentId).startsWith("case-"));
    const results = Object.fromEntries(found.map(({ fault, result }) => [fault, result]));
    expect(results).toEqual(Object.fromEntries(matchingCases.map(({ name, isAnswer }) => [name, isAnswer ? "found" : "not found"])));
  });

  it("audit-tail: says which link does not follow the one before it", async () =>
    expect((await ask("audit-tail")).map(({ sequence, follows }) => [sequence, Boolean(follows)])).toEqual([
      [4, true],
      [3, false],
      [1, true],
      [0, true],
    ]));

  it("freshness: every table that a topic fills", async () =>
    expect(new Set((await ask("freshness")).map(({ table }) => table))).toEqual(
      new Set(["window", "alert", "decision", "audit", "load", "insight", "injection", "dlq"]),
    ));
});
