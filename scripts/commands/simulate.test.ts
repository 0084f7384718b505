import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveSettings } from "../../infra/config/resolve.ts";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import { memoryCodec } from "../../infra/registry/memory-codec.ts";
import { pipelines } from "../../pipelines/index.ts";
import { overMemory } from "../../test/commands/over-memory.ts";
import { usualDeployment } from "../simulate/deployment.ts";
import { Sender } from "../simulate/sender.ts";
import { simulation } from "../simulate/simulation.ts";
import { simulatedTopics } from "../simulate/slice.ts";
import { simulate } from "./simulate.ts";

const log = openMemoryLog();
const folder = mkdtempSync(join(tmpdir(), "gatewatch-simulate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = async (typed: Readonly<Record<string, unknown>>) =>
  (
    await overMemory(
      simulate,
      { ...(typed.judge === undefined ? { duration: "20s" } : {}), layers: "2", experts: "8", ...typed },
      { log: log.connect() },
    )
  ).lines;
const topicsOf = (given: readonly string[]) => new Set(given.map((line) => (JSON.parse(line) as { topic: string }).topic));

describe("gatewatch simulate", () => {
  it("prints the same lines for the same options, in the form of apply", async () => {
    const first = await lines({ fault: ["scanner@5s+5s"] });
    expect(await lines({ fault: ["scanner@5s+5s"] })).toEqual(first);
    expect(await lines({ seed: "8", fault: ["scanner@5s+5s"] })).not.toEqual(first);
    expect(topicsOf(first)).toEqual(new Set(simulatedTopics.filter((name) => name !== "moe.load")));
    expect(JSON.parse(first[0] ?? "").value.ts).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1, 12) * 1_000);
  });

  it("prints the topics that are asked for, from the time that is asked for, to a file", async () => {
    const out = join(folder, "router.jsonl");
    expect(await lines({ topics: "moe.router", start: "2025-06-01T00:00:03Z", out })).toEqual([]);
    const written = readFileSync(out, "utf8").trim().split("\n");
    expect(topicsOf(written)).toEqual(new Set(["moe.router"]));
    // Whole router windows: it begins with the one that the time lies in.
    expect(JSON.parse(written[0] ?? "").value.windowStart).toBe(Date.UTC(2025, 5, 1) * 1_000);
    expect(topicsOf(await lines({ load: true, duration: "60s" }))).toContain("moe.load");
  });

  it.each([
    [{ duration: "soon" }, /--duration soon/],
    [{ duration: "1s" }, /at least one router window/],
    [{ fault: ["dead-expert"] }, /dead-expert@10m\+5m/],
    [{ fault: ["dead-experts@1s+1s"] }, /did you mean dead-expert\?/],
    [{ topics: "moe.routers" }, /there are moe\.router/],
    [{ start: "yesterday" }, /2026-01-31T12:00:00Z/],
    [{ experts: "10" }, /multiple of --ranks/],
    [{ experts: "8", topK: "5" }, /at most half of the experts/],
    [{ toTopics: true, out: "x" }, /exclude/],
    [{ requests: "-1" }, /requests/],
    [{ judge: "1,two" }, /--judge 1,two: seeds such as 1,2,3/],
    [{ judge: "" }, /--judge/],
    [{ judge: "1", fault: ["scanner@1m+1m"] }, /--judge has its own faults/],
    [{ judge: "1", out: "x" }, /--judge/],
  ])("refuses %j with what is wanted", async (typed, words) => {
    await expect(lines(typed)).rejects.toThrow(words);
    await expect(lines(typed)).rejects.toMatchObject({ code: "GW_USAGE" });
  });

  it("makes no table where it is stopped before, and says so by its code", async () => {
    const run = await overMemory(simulate, { layers: "2", experts: "8", judge: "1" }, { log: log.connect(), stop: AbortSignal.abort() });
    expect(run).toEqual({ code: 1, lines: [] });
  });

  it("sends to topics at the speed that is asked for, each made where it was missing", async () => {
    const port = log.connect();
    const startedAt = performance.now();
    const run = await overMemory(simulate, { duration: "20s", layers: "2", experts: "8", toTopics: true, speed: "20" }, { log: port });
    expect(run.code).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    const counts = await port.admin.partitions([...simulatedTopics]);
    expect([...counts.keys()].sort()).toEqual([...simulatedTopics].sort());
    const places = [...counts].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
    const ranges = await port.admin.range(places);
    const router = ranges.filter((_, i) => places[i]?.topic === "moe.router").reduce((sum, { end }) => sum + end, 0);
    expect(router).toBe(4 * 2 * 2);
    await port.close();
  });
});

describe("the sender", () => {
  it("opens a new writer after a send that failed, and sends what was to be sent", async () => {
    const port = openMemoryLog().connect();
    let opened = 0;
    const failing: typeof port = Object.create(port, {
      producer: {
        value: async () => {
          opened += 1;
          const writer = await port.producer();
          if (opened > 1) return writer;
          const { Fault } = await import("../../schemas/faults/fault.ts");
          return { send: () => Promise.reject(new Fault("GW_KAFKA_UNREACHABLE", "away")), close: () => writer.close() };
        },
      },
    });
    const said: string[] = [];
    const patience = { say: (sentence: string) => void said.push(sentence), stop: new AbortController().signal };
    const sender = await Sender.open({
      log: failing,
      codec: memoryCodec(),
      settings: resolveSettings({ pipelines, environment: {} }),
      patience,
    });
    const { events } = simulation(usualDeployment, Date.UTC(2026, 0, 1), []).next().value ?? { events: [] };
    await sender.send(events);
    await sender.close();
    expect(opened).toBe(2);
    expect(said.join("\n")).toMatch(/GW_KAFKA_UNREACHABLE.*Trying again.*It answers now/s);
    const partitions = (await port.admin.partitions(["moe.request"])).get("moe.request") ?? 0;
    const ranges = await port.admin.range(Array.from({ length: partitions }, (_, partition) => ({ topic: "moe.request", partition })));
    expect(ranges.reduce((sum, { end }) => sum + end, 0)).toBe(events.length);
    await port.close();
  });
});
