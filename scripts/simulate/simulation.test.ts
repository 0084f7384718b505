import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { routingHealth } from "../../operators/routing/routing-health.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { topicByName } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { ExpertEvent, MetricSampleInput, RequestEvent, RouterEvent } from "../../schemas/types/avro.ts";
import { every, of, run, small } from "../../test/simulate/run.ts";
import { usualDeployment } from "./deployment.ts";
import type { FaultName } from "./faults/fault-names.ts";
import type { SimulatedEvent } from "./slice.ts";

/** As a lane would have it: every default filled in. Throws where the topic would refuse it. */
function read({ topic: name, value }: SimulatedEvent): unknown {
  const topic = topicByName(name) as AnyTopic;
  const result = fromJson(topic, value);
  if ("faults" in result) throw new Error(`${name}: ${JSON.stringify(result.faults)}`);
  const whole = topic.complete(result.value);
  const reason = topic.senseless(whole);
  if (reason !== undefined) throw new Error(`${name}: ${reason}`);
  return whole;
}

describe("a simulated deployment", () => {
  it("is the same bytes for the same values, and others for another seed", () => {
    const faults = [every("router-collapse", 20, 20), every("sql-injection", 30, 20)];
    const text = JSON.stringify(run(60, faults));
    expect(JSON.stringify(run(60, faults))).toBe(text);
    expect(JSON.stringify(run(60, faults, { ...small, seed: 8 }))).not.toBe(text);
  });

  it("sends what its topics take, whatever its shape, with every fault on at once", () => {
    const shapes = fc.record({
      seed: fc.integer(),
      instances: fc.integer({ min: 1, max: 3 }),
      layers: fc.integer({ min: 1, max: 3 }),
      ranks: fc.constantFrom(1, 2, 4),
      topK: fc.integer({ min: 1, max: 4 }),
      experts: fc.constantFrom(4, 8, 16),
      requestsPerS: fc.constantFrom(0.1, 3, 20),
    });
    const names: FaultName[] = [
      "dead-expert",
      "hot-expert",
      "router-collapse",
      "token-drops",
      "sick-gpu",
      "lying-engine",
      "stale-placement",
    ];
    const attacks: FaultName[] = ["request-flood", "credential-stuffing", "scanner", "sql-injection", "prompt-injection", "repeated-token"];
    fc.assert(
      fc.property(shapes, (shape) => {
        const faults = [...names, ...attacks].map((name) => every(name, 5, 20));
        const events = run(30, faults, { ...small, ...shape, loadEveryMs: 10_000 });
        for (const event of events) read(event);
        for (const one of of<RouterEvent>(events, "moe.router")) {
          const counted = one.expertCounts.reduce((sum, count) => sum + count, 0);
          expect([one.assignments, one.assignments + (one.droppedTokens ?? 0)]).toEqual([counted, one.tokens * one.topK]);
        }
        expect(of(events, "gatewatch.injection").length).toBe(2 * faults.length);
        expect(of(events, "moe.load").length).toBe(3);
      }),
      { numRuns: 12, examples: [[{ seed: 1, instances: 1, layers: 1, ranks: 1, topK: 4, experts: 4, requestsPerS: 20 }]] },
    );
  });

  it("keeps the account of every router window: tokens x k = assignments + dropped, and no expert above the tokens", () => {
    const events = run(120, [every("token-drops", 10, 100), every("repeated-token", 30, 60)]);
    const windows = of<RouterEvent>(events, "moe.router");
    expect(windows.length).toBe(24 * 2 * 3);
    expect(windows.some(({ droppedTokens }) => droppedTokens > 0)).toBe(true);
    for (const { tokens, topK, assignments, droppedTokens, expertCounts } of windows) {
      expect(expertCounts.reduce((a, b) => a + b, 0)).toBe(assignments);
      expect(assignments + droppedTokens).toBe(tokens * topK);
      expect(Math.max(...expertCounts)).toBeLessThanOrEqual(tokens);
    }
  });

  it("follows steps without a gap: stepFirst is the last stepLast + 1", () => {
    const last = new Map<string, number>();
    for (const { instanceId, layer, stepFirst, stepLast } of of<RouterEvent>(run(60), "moe.router")) {
      const name = `${instanceId} ${layer}`;
      if (last.has(name)) expect(stepFirst).toBe(Number(last.get(name)) + 1);
      expect(stepLast).toBeGreaterThanOrEqual(stepFirst);
      last.set(name, stepLast);
    }
  });

  it("counts in its slots what its routers counted in the same time", () => {
    const events = run(60);
    const routed = new Map<string, number[]>();
    for (const { instanceId, layer, windowStart, expertCounts } of of<RouterEvent>(events, "moe.router")) {
      const name = `${instanceId} ${layer} ${Math.floor(windowStart / 10e6)}`;
      routed.set(
        name,
        expertCounts.map((count, expert) => count + (routed.get(name)?.[expert] ?? 0)),
      );
    }
    const slots = new Map<string, number[]>();
    for (const { instanceId, layer, windowStart, rankTokens, slots: own } of of<ExpertEvent>(events, "moe.expert")) {
      expect(own.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(rankTokens);
      const name = `${instanceId} ${layer} ${Math.floor(windowStart / 10e6)}`;
      const sums = slots.get(name) ?? new Array<number>(small.experts).fill(0);
      for (const { logicalExpert, tokens } of own) sums[logicalExpert] = (sums[logicalExpert] ?? 0) + tokens;
      slots.set(name, sums);
    }
    expect(slots.size).toBe(6 * 2 * 3);
    expect(Object.fromEntries(slots)).toEqual(Object.fromEntries(routed));
  });

  it("ends every request once, after it came, with times that add up and tokens it asked for", () => {
    const events = of<RequestEvent>(run(180), "moe.request");
    const came = new Map(events.filter(({ state }) => state === "RECEIVED").map((event) => [event.requestId, event]));
    const ended = events.filter(({ state, ttftMs }) => state === "FINISHED" && ttftMs !== undefined);
    expect(new Set(ended.map(({ requestId }) => requestId)).size).toBe(ended.length);
    expect(ended.length).toBeGreaterThan(500);
    for (const { requestId, ttftMs, queueMs, prefillMs, decodeMs, e2eMs, outputTokens, inputTokens, cachedTokens, maxTokens } of ended) {
      expect(came.get(requestId)?.inputTokens).toBe(inputTokens);
      expect(Number(ttftMs) - Number(queueMs) - Number(prefillMs)).toBeCloseTo(0, 6);
      expect(Number(e2eMs) - Number(ttftMs) - Number(decodeMs)).toBeCloseTo(0, 6);
      expect(Number(queueMs)).toBeGreaterThanOrEqual(0);
      expect(cachedTokens).toBeLessThan(inputTokens);
      expect(outputTokens).toBeLessThanOrEqual(maxTokens);
    }
  });

  it("shows the engine's metrics as the requests have them", () => {
    const events = run(180);
    const last = (name: string) =>
      of<MetricSampleInput>(events, "moe.metric")
        .filter((one) => one.name === name)
        .slice(-2)
        .reduce((sum, { value }) => sum + value, 0);
    const ended = of<RequestEvent>(events, "moe.request").filter(({ state, ttftMs }) => state === "FINISHED" && ttftMs !== undefined);
    expect(last("vllm:request_success_total")).toBe(ended.length);
    expect(last("vllm:e2e_request_latency_seconds_sum")).toBeCloseTo(
      ended.reduce((sum, { e2eMs }) => sum + Number(e2eMs) / 1_000, 0),
      3,
    );
    const came = of<RequestEvent>(events, "moe.request").filter(({ state, hashIds }) => state === "RECEIVED" && hashIds !== undefined);
    expect(last("vllm:num_requests_running") + last("vllm:num_requests_waiting")).toBe(came.length - ended.length);
  });

  it("is as uneven as real routing is: entropy within what healthy layers of gpt-oss-20b have", () => {
    const health = of<RouterEvent>(run(300, [], usualDeployment), "moe.router").map((event) => routingHealth(event).entropy);
    const sorted = health.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeGreaterThan(0.82);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(0.97);
  });
});
