import { describe, expect, it } from "vitest";
import { type Arrival, blocksOf } from "../requests/arrival.ts";
import { Engine, engineSize } from "./engine.ts";
import type { Change } from "./sequence.ts";

let made = 0;
const arrival = (more: Partial<Arrival> = {}): Arrival => {
  made += 1;
  const inputTokens = more.inputTokens ?? 640;
  return {
    requestId: `r${made}`,
    atMs: 0,
    ...{ tenantHash: "t", apiKeyHash: "k", userHash: "u", sessionId: null, sloClass: "interactive", domain: 0 },
    inputTokens,
    outputTokens: 100,
    maxTokens: 512,
    hashIds: Array.from({ length: blocksOf(inputTokens) }, (_, i) => made * 1_000 + i),
    prompt: "",
    http: { sourceIp: "192.0.2.1", userAgent: "", method: "POST", path: "/", headers: {}, body: null },
    ...more,
  };
};
const steps = (engine: Engine, fromMs: number, toMs: number): Change[] => {
  const changes: Change[] = [];
  for (let ms = fromMs; ms < toMs; ms += 100) changes.push(...engine.step(ms, 100));
  return changes;
};

describe("an engine", () => {
  it("takes for one request what its speed says: prefill, then a token each step", () => {
    const engine = new Engine();
    engine.take(arrival({ atMs: 30 }));
    const [done] = steps(engine, 0, 5_000);
    const prefillMs = (640 / engineSize.prefillTokensPerS) * 1_000;
    expect(Number(done?.sequence.firstTokenMs) - 30).toBeCloseTo(prefillMs, 6);
    const itlMs = engineSize.itlMs + engineSize.itlMsPerRunning;
    expect(Math.abs(Number(done?.atMs) - 30 - prefillMs - 99 * itlMs)).toBeLessThan(100);
    expect([engine.running, engine.waiting, engine.kvUsage]).toEqual([0, 0, 0]);
    expect(engine.totals).toMatchObject({ finished: 1, ttftCount: 1, promptTokens: 640 });
    expect(engine.totals.generationTokens).toBeCloseTo(99, 6);
  });

  it("finds a prefix again, and computes only what is new", () => {
    const engine = new Engine();
    const first = arrival();
    engine.take(first);
    steps(engine, 0, 5_000);
    engine.take(arrival({ atMs: 5_000, inputTokens: 704, hashIds: [...first.hashIds, 7] }));
    const [done] = steps(engine, 5_000, 10_000);
    expect(done?.sequence.cachedTokens).toBe(640);
    expect(Number(done?.sequence.firstTokenMs) - 5_000).toBeCloseTo((64 / engineSize.prefillTokensPerS) * 1_000, 6);
    expect(engine.totals).toMatchObject({ cacheQueries: 640 + 704, cacheHits: 640 });
  });

  it("is slower by its slowdown", () => {
    const timeOf = (slowdown: number) => {
      const engine = new Engine();
      engine.slowdown = slowdown;
      engine.take(arrival());
      return Number(steps(engine, 0, 20_000)[0]?.atMs);
    };
    expect(Math.abs(timeOf(2) / timeOf(1) - 2)).toBeLessThan(0.1);
  });

  it("queues what does not fit, in order, and never holds more blocks than it has", () => {
    const engine = new Engine();
    for (let i = 0; i < 60; i += 1) engine.take(arrival({ inputTokens: 3_000, outputTokens: 600 }));
    const ended: string[] = [];
    const states = new Set<string>();
    for (let ms = 0; ms < 28_000; ms += 100) {
      for (const { state, sequence } of engine.step(ms, 100)) {
        states.add(state);
        if (state === "FINISHED") ended.push(sequence.arrival.requestId);
      }
      expect(engine.running).toBeLessThanOrEqual(engineSize.maxRunning);
      expect(engine.kvUsage).toBeLessThanOrEqual(1);
    }
    expect(engine.waiting).toBeGreaterThan(0);
    expect(states).toContain("PREEMPTED");
    expect(new Set(ended).size).toBe(ended.length);
    expect(ended.length).toBeGreaterThan(10);
  });

  it("refuses what its queue cannot hold, and gives up what has waited too long", () => {
    const engine = new Engine();
    const refused = Array.from({ length: 400 }, () => engine.take(arrival({ inputTokens: 4_000, outputTokens: 4_000 }))).filter(
      (one) => one !== undefined,
    );
    expect(refused).toHaveLength(400 - engineSize.maxWaiting);
    expect(refused[0]?.state).toBe("REJECTED");
    const states = steps(engine, 0, engineSize.patienceMs + 1_000).map(({ state }) => state);
    expect(states.filter((state) => state === "ABORTED").length).toBeGreaterThan(100);
    expect(engine.waiting).toBeLessThan(100);
  });

  it("tells once, window by window, which request computed how many tokens", () => {
    const engine = new Engine();
    const one = arrival();
    engine.take(one);
    let sum = 0;
    for (let ms = 0; ms < 6_000; ms += 500) {
      steps(engine, ms, ms + 500);
      for (const { arrival: of, tokens } of engine.closeWindow()) {
        expect(of.requestId).toBe(one.requestId);
        sum += tokens;
      }
    }
    expect(Math.abs(sum - 739)).toBeLessThan(6);
    expect(engine.closeWindow()).toEqual([]);
  });
});
