import { describe, expect, it } from "vitest";
import { routingHealth } from "../../../operators/routing/routing-health.ts";
import type { ExpertEvent, MetricSampleInput, RequestEvent, RouterEvent } from "../../../schemas/types/avro.ts";
import { every, of, run, small, startMs } from "../../../test/simulate/run.ts";
import type { SimulatedEvent } from "../slice.ts";
import type { FaultName } from "./fault-names.ts";

/** The mean over the events of one fault's time, over that of the minute before it. */
function change(
  name: FaultName,
  topic: SimulatedEvent["topic"],
  value: (event: never, fault: { instanceId: string }) => number | undefined,
): number {
  const events = run(180, [every(name, 90, 90)], { ...small, requestsPerS: 8 });
  const truth = of<{ entity: { type: string; id: string } }>(events, "gatewatch.injection")[0];
  const means = [
    [startMs + 30_000, startMs + 90_000],
    [startMs + 110_000, startMs + 180_000],
  ].map(([from = 0, to = 0]) => {
    const values = of<{ ts?: number; windowStart?: number }>(events, topic).flatMap((event) => {
      const ms = (event.windowStart ?? event.ts ?? 0) / 1_000;
      const measured = ms >= from && ms < to ? value(event as never, { instanceId: truth?.entity.id ?? "" }) : undefined;
      return measured === undefined ? [] : [measured];
    });
    return values.reduce((sum, one) => sum + one, 0) / values.length;
  });
  return Number(means[1]) / Number(means[0]);
}
const itl = ({ state, instanceId, itlMeanMs }: RequestEvent, fault: { instanceId: string }) =>
  state === "FINISHED" && instanceId === fault.instanceId && itlMeanMs ? itlMeanMs : undefined;
const ttft = ({ state, ttftMs }: RequestEvent) => (state === "FINISHED" && ttftMs ? ttftMs : undefined);
const count = (kept: (event: RequestEvent) => boolean) => (event: RequestEvent) => (kept(event) ? 1 : 0);

describe("faults and what they do to other topics", () => {
  it("a sick GPU slows its instance, heats up and lets the others wait", () => {
    expect(change("sick-gpu", "moe.request", itl)).toBeGreaterThan(1.3);
    expect(
      change("sick-gpu", "moe.expert", ({ waitAtBarrierUs, instanceId }: ExpertEvent, fault) =>
        instanceId === fault.instanceId ? Number(waitAtBarrierUs) : undefined,
      ),
    ).toBeGreaterThan(1.5);
    expect(
      change("sick-gpu", "moe.metric", ({ name, value, instanceId }: MetricSampleInput, fault) =>
        name === "DCGM_FI_DEV_SM_CLOCK" && instanceId === fault.instanceId ? value : undefined,
      ),
    ).toBeLessThan(0.9);
    // The counts are those of a healthy router.
    expect(change("sick-gpu", "moe.router", (event) => routingHealth(event).entropy)).toBeCloseTo(1, 1);
  });

  it("a collapse takes entropy away, and the engine's own figure stays honest about it", () => {
    expect(change("router-collapse", "moe.router", (event) => routingHealth(event).entropy)).toBeLessThan(0.97);
    expect(change("router-collapse", "moe.router", ({ engineBalancedness }: RouterEvent) => Number(engineBalancedness))).toBeLessThan(0.97);
  });

  it("a lying engine changes its claim and nothing else", () => {
    const without = run(120);
    const lying = run(120, [every("lying-engine", 60, 60)]);
    const strip = (events: SimulatedEvent[]) =>
      events
        .filter(({ topic }) => topic !== "gatewatch.injection")
        .map(({ topic, value: { engineBalancedness: _, ...value } }) => ({ topic, value }));
    expect(strip(lying)).toEqual(strip(without));
    const claims = of<RouterEvent>(lying, "moe.router").filter(({ engineBalancedness }) => Number(engineBalancedness) > 0.98);
    expect(claims.length).toBeGreaterThanOrEqual(12 * 3);
  });

  it("a stale placement grows the version, is told as a rebalance, and leaves ranks uneven", () => {
    const events = run(180, [every("stale-placement", 60, 60)]);
    const versions = [...new Set(of<RouterEvent>(events, "moe.router").map(({ placementVersion }) => placementVersion))];
    expect(versions).toHaveLength(3);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(of<ExpertEvent>(events, "moe.expert").flatMap(({ rebalance }) => (rebalance ? [rebalance.version] : []))).size).toBe(2);
    expect(
      change("stale-placement", "moe.router", ({ engineBalancedness, instanceId }: RouterEvent, fault) =>
        instanceId === fault.instanceId ? Number(engineBalancedness) : undefined,
      ),
    ).toBeLessThan(0.85);
  });

  it.each([
    [1, 16],
    [2, 16],
    [4, 64],
    [8, 32],
  ])("a dead expert gets nothing, a hot one most tokens, of %i experts a token out of %i", (topK, experts) => {
    const share = (name: FaultName, at: number) => {
      const events = run(120, [every(name, 60, 60)], { ...small, topK, experts });
      const truth = of<{ entity: { id: string }; evidence: { value: string }[] }>(events, "gatewatch.injection")[0];
      const [layer, expert] = (truth?.evidence ?? []).map(({ value }) => Number(value));
      const windows = of<RouterEvent>(events, "moe.router").filter(
        (one) => one.instanceId === truth?.entity.id && one.layer === layer && one.windowStart >= (startMs + at * 1_000) * 1_000,
      );
      return (
        windows.slice(0, 12).reduce((sum, one) => sum + (one.expertCounts[expert ?? 0] ?? 0), 0) /
        windows.slice(0, 12).reduce((sum, one) => sum + one.assignments, 0)
      );
    };
    expect(share("dead-expert", 60)).toBe(0);
    expect(share("hot-expert", 60) * topK).toBeGreaterThan(0.6);
    expect(share("hot-expert", 60) * topK).toBeLessThan(0.95);
    expect(share("dead-expert", 0)).toBeGreaterThan(0.5 / experts);
  });

  it.each(["dead-expert", "hot-expert", "router-collapse", "token-drops", "lying-engine", "stale-placement"] as const)(
    "%s begins and ends with router windows and shows in the first, however it was planned",
    (name) => {
      const planned = { name, startMs: startMs + 61_234, endMs: startMs + 64_001 };
      const events = run(90, [planned]);
      const truth = of<{ startTs: number; endTs: number; ts: number }>(events, "gatewatch.injection");
      expect(truth.map(({ startTs, endTs, ts }) => [startTs, endTs, ts].map((us) => us / 1_000 - startMs))).toEqual([
        [60_000, 65_000, 60_000],
        [60_000, 65_000, 65_000],
      ]);
      const without = new Set(of<RouterEvent>(run(90), "moe.router").map((event) => JSON.stringify(event)));
      const changed = of<RouterEvent>(events, "moe.router").find((event) => !without.has(JSON.stringify(event)));
      expect(Number(changed?.windowStart) / 1_000 - startMs).toBe(60_000);
    },
  );

  it("a dead expert gets nothing, whatever else hits its layer", () => {
    const one = { ...small, instances: 1, layers: 1 };
    const at = (name: FaultName) => every(name, 30, 60);
    const events = run(90, [at("dead-expert"), at("hot-expert"), at("router-collapse"), at("repeated-token")], one);
    const truth = of<{ fault: string; evidence: { value: string }[] }>(events, "gatewatch.injection");
    const dead = Number(truth.find(({ fault }) => fault === "dead-expert")?.evidence[1]?.value);
    const counts = of<RouterEvent>(events, "moe.router").map(({ expertCounts }) => expertCounts[dead]);
    expect(counts.slice(6)).toEqual(counts.slice(6).map(() => 0));
    expect(Math.min(...counts.slice(0, 6).map(Number))).toBeGreaterThan(0);
  });

  it("a flood queues up: more requests, longer first tokens, full blocks", () => {
    expect(change("request-flood", "moe.request", ttft)).toBeGreaterThan(3);
    expect(
      change("request-flood", "moe.metric", ({ name, value }: MetricSampleInput) =>
        name === "vllm:kv_cache_usage_perc" ? value : undefined,
      ),
    ).toBeGreaterThan(1.5);
    const states = new Set(of<RequestEvent>(run(180, [every("request-flood", 30, 150)]), "moe.request").map(({ state }) => state));
    expect([...states].sort()).toEqual(expect.arrayContaining(["ABORTED", "FINISHED", "PREEMPTED", "RECEIVED", "REJECTED"]));
  });

  it("repeated tokens have one set of experts, no entropy, and long prefills", () => {
    const events = run(120, [every("repeated-token", 60, 60)]);
    const attack = of<RequestEvent>(events, "moe.request").filter(({ maxTokenRunShare }) => Number(maxTokenRunShare) > 0.5);
    expect(attack.length).toBeGreaterThan(60);
    expect(Math.max(...attack.map(({ inputEntropyBits }) => Number(inputEntropyBits)))).toBeLessThan(1);
    const shares = of<RouterEvent>(events, "moe.router").map(({ tenantTop }) =>
      Math.max(...tenantTop.map(({ topSetShare }) => topSetShare)),
    );
    expect(Math.max(...shares.slice(0, 60))).toBeLessThan(0.5);
    expect(Math.max(...shares)).toBeGreaterThan(0.9);
    expect(change("repeated-token", "moe.request", ttft)).toBeGreaterThan(1.2);
  });

  it.each([
    ["credential-stuffing", ({ path, httpStatus }: RequestEvent) => path === "/auth/login" && httpStatus === 401, 120],
    ["scanner", ({ httpStatus }: RequestEvent) => httpStatus === 404, 300],
    ["sql-injection", ({ path, tenantHash }: RequestEvent) => tenantHash === "" && path !== undefined, 20],
  ] as const)("%s is a run of requests from its own addresses, in its own time", (name, isPart, least) => {
    const events = run(120, [every(name, 60, 60)]);
    const truth = of<{ evidence: { value: string }[] }>(events, "gatewatch.injection")[0];
    const own = new Set(truth?.evidence.map(({ value }) => value));
    const attack = of<RequestEvent>(events, "moe.request").filter((event) => isPart(event) && own.has(event.sourceIp ?? ""));
    expect(attack.length).toBeGreaterThan(least);
    for (const { arrivalTs } of attack) expect(arrivalTs).toBeGreaterThanOrEqual((startMs + 60_000) * 1_000);
  });

  it("prompt injection comes as prompts among others of its tenant", () => {
    expect(
      change(
        "prompt-injection",
        "moe.request",
        count(({ prompt }) =>
          /all previous|rules above|before this line|developer mode|text above|without guidelines|administrator|bisherigen|Decode it first/.test(
            prompt ?? "",
          ),
        ),
      ),
    ).toBeGreaterThan(5);
  });
});
