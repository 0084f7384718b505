import { describe, expect, it } from "vitest";
import { z } from "zod";
import { struct } from "../../operators/stream/codec.ts";
import { none, ok } from "../../operators/stream/outcome.ts";
import { pipeline } from "../../operators/stream/pipeline.ts";
import { each } from "../../operators/stream/stage.ts";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { startMs } from "../../test/pipelines/inputs.ts";
import { routerLoad } from "../simulate/router-load.ts";
import { Apply, type ApplyOptions } from "./apply.ts";

interface OutLine {
  topic: string;
  key: string | null;
  value: Record<string, unknown> & { code?: string; message?: string; origin?: unknown; sources?: { partition: number; offset: number }[] };
}

const load = { seed: 1, deploymentId: "d", instances: 2, layers: 2, experts: 8, topK: 2, tokens: 2_000, windowMs: 5_000 };
const events = (windows: number) => [...routerLoad(load, startMs).take(windows)].flat();
const asLines = (windows: number, beside: object = {}) =>
  events(windows).map((value) => JSON.stringify({ topic: "moe.router", ...beside, value }));

function applied(texts: readonly (string | Buffer)[], options: Partial<ApplyOptions> = {}) {
  const run = new Apply({ pipelines: [{ pipeline: routerWindows }], maxAheadMs: 3_600_000, close: true, ...options });
  const made = texts.flatMap((text, i) => {
    const bytes = Buffer.from(text);
    return run.line({ number: i + 1, bytes, length: bytes.length });
  });
  made.push(...run.end());
  return { counts: run.counts, made, out: made.map((text) => JSON.parse(text) as OutLine) };
}

const one = (change: object): string => JSON.stringify({ topic: "moe.router", value: { ...events(1)[0], ...change } });

const plainAlert = {
  id: "a",
  ts: startMs * 1_000,
  pipeline: "wordy",
  clusterId: "",
  deploymentId: "d",
  entity: { type: "layer" as const, id: "i" },
  sources: [],
  modelVersion: "",
  kind: "test",
  category: "",
  severity: "LOW" as const,
  score: 0,
  probability: null,
  probabilityLow: null,
  probabilityHigh: null,
  observed: null,
  expected: null,
  evidence: [],
  suggestedAction: "",
};

describe("apply", () => {
  it("gives the same bytes for the same lines", () => {
    const texts = asLines(60);
    expect(applied(texts).made).toEqual(applied(texts).made);
    expect(applied(texts).counts.in).toBe(240);
  });

  it("closes at the end what is open, unless it is told not to", () => {
    const texts = asLines(5);
    const windows = (close: boolean) => applied(texts, { close }).out.filter(({ topic }) => topic === topics.window.name);
    // Windows of 10 s over 25 s with a lateness of 10 s: the last two stand open.
    expect(windows(true).length - windows(false).length).toBe(8);
    expect(windows(false)).toHaveLength(4);
  });

  it("tells every score with its line, the alerts' own among them", () => {
    const collapse = { layer: 1, everyMs: 600_000, lastsMs: 30_000 };
    const texts = [...routerLoad({ ...load, collapse }, startMs).take(100)]
      .flat()
      .map((value) => JSON.stringify({ topic: "moe.router", value }));
    const told: { line: number; kind: string; score: number; probability: null }[] = [];
    const { out } = applied(texts, { onScore: (line) => told.push(JSON.parse(line)) });
    // 100 events of each of four layers, of which the first thirty only warm up.
    expect(told).toHaveLength(4 * 70);
    expect(new Set(told.map(({ line }) => line)).size).toBe(told.length);
    expect(
      told.every(({ kind, score, probability }) => kind === "router.baseline" && score >= 0 && score < 1 && probability === null),
    ).toBe(true);
    const alerts = out.filter(({ topic }) => topic === topics.alert.name).map(({ value }) => value);
    expect(alerts.length).toBeGreaterThan(0);
    const largest = Math.max(...alerts.map(({ score }) => Number(score)));
    const trigger = (alerts[0]?.sources?.[0]?.offset ?? -1) + 1;
    expect(told.find(({ line }) => line === trigger)?.score).toBe(largest);
  });

  it("makes a dead letter of an output that its topic cannot carry, as a lane would", () => {
    const wordy = pipeline("wordy", { summary: "", latenessS: 0, options: z.object({}) }, ({ from, to }) => [
      to(topics.alert, from(topics.router).pipe(each("word", "", (event) => ok({ ...plainAlert, title: "x".repeat(event.tokens) })))),
    ]);
    const texts = [one({ tokens: 1_100_000, assignments: 2_200_000 }), one({})];
    const { out } = applied(texts, { pipelines: [{ pipeline: wordy }] });
    expect(out.map(({ topic, value }) => [topic, value.code])).toEqual([
      ["gatewatch.dlq", "GW_RECORD_TOO_LARGE"],
      ["gatewatch.alert", undefined],
    ]);
    expect(out[0]?.value.origin).toEqual({ topic: "moe.router", partition: 0, offset: 0, timestamp: -1, line: 1 });
  });

  it("refuses a partition that no topic has, instead of opening a lane for it", () => {
    const { out } = applied([JSON.stringify({ topic: "moe.router", partition: 1e9, value: events(1)[0] })]);
    expect(out).toMatchObject([
      { topic: "gatewatch.dlq", value: { code: "GW_RECORD_SHAPE", message: expect.stringContaining("partition") } },
    ]);
  });

  it("names line numbers as offsets in the sources, and one lane a partition where lines have one", () => {
    const plain = applied(asLines(2)).out[0]?.value.sources;
    expect(plain).toEqual([
      { topic: "moe.router", partition: 0, offset: 0 },
      { topic: "moe.router", partition: 0, offset: 4 },
    ]);
    const raw = applied(asLines(2, { partition: 3, offset: 700 })).out[0]?.value.sources;
    expect(raw).toEqual([{ topic: "moe.router", partition: 3, offset: 700 }]);
  });

  it("keeps lanes apart: one partition's time does not close another's windows", () => {
    const early = asLines(2, { partition: 0 });
    const late = asLines(40, { partition: 1 }).slice(-4);
    expect(applied([...early, ...late], { close: false }).out).toEqual([]);
    const oneLane = [...asLines(2), ...asLines(40).slice(-4)];
    expect(applied(oneLane, { close: false }).out).toHaveLength(4);
  });

  it.for([
    ["nonsense", "GW_RECORD_UNREADABLE"],
    [Buffer.from([0x7b, 0xff, 0x7d]), "GW_RECORD_UNREADABLE"],
    ["[1]", "GW_RECORD_SHAPE"],
    ['{"value":{}}', "GW_RECORD_SHAPE"],
    ['{"topic":"moe.router"}', "GW_RECORD_SHAPE"],
    ['{"topic":"moe.router","partition":-1,"value":{}}', "GW_RECORD_SHAPE"],
    ['{"topic":"moe.nothing","value":{}}', "GW_RECORD_TOPIC"],
    ['{"topic":"moe.request","value":{}}', "GW_RECORD_TOPIC"],
    ['{"topic":"moe.router","value":{"layer":"x"}}', "GW_RECORD_SHAPE"],
    ['{"topic":"moe.router","value":null}', "GW_RECORD_NULL"],
    [JSON.stringify({ topic: "moe.router", key: "foreign", value: events(1)[0] }), "GW_RECORD_KEY"],
    [JSON.stringify({ topic: "moe.router", key: null, value: events(1)[0] }), "GW_RECORD_KEY"],
    [JSON.stringify({ topic: "moe.router", timestamp: startMs - 7_200_000, value: events(1)[0] }), "GW_RECORD_TIME"],
    [one({ windowStart: 5, windowEnd: 6 }), "GW_RECORD_SENSELESS"],
    [one({ tokens: -1 }), "GW_RECORD_SENSELESS"],
    [one({ expertCounts: [1, 2] }), "GW_RECORD_SENSELESS"],
  ] as const)("makes a dead letter of %s and goes on: %s", ([text, code]) => {
    const good = asLines(2);
    const { out, counts } = applied([text, ...good]);
    const letters = out.filter(({ topic }) => topic === "gatewatch.dlq");
    expect(letters.map(({ value }) => value.code)).toEqual([code]);
    expect(letters[0]?.value.message).not.toBe("");
    expect(counts).toMatchObject({ in: 9, deadLettered: 1 });
    expect(out.filter(({ topic }) => topic === topics.window.name)).toHaveLength(4);
    const bytes = letters[0]?.value.valueBase64;
    expect(bytes).toBe(code === "GW_RECORD_NULL" ? null : Buffer.from(text).toString("base64"));
  });

  it("names every fault of a value at once", () => {
    const [letter] = applied(['{"topic":"moe.router","value":{"layer":"x","tokes":1}}']).out;
    expect(letter?.value.message).toMatch(/layer.*whole number/);
    expect(letter?.value.message).toMatch(/tokes.*did you mean tokens/);
  });

  it("keeps the key of what it could read, as the dead-letter topic does", () => {
    const { out } = applied([
      one({ tokens: -1 }),
      JSON.stringify({ topic: "moe.router", key: "foreign", value: events(1)[0] }),
      "nonsense",
    ]);
    expect(out.map(({ key }) => key)).toEqual(["d|i-0", "foreign", null]);
  });

  it("keeps the length and an excerpt of an over-long line", () => {
    const run = new Apply({ pipelines: [{ pipeline: routerWindows }], maxAheadMs: 1, close: true });
    const [text = ""] = run.line({ number: 9, bytes: Buffer.from("x"), length: 9_000_000 });
    expect(JSON.parse(text)).toMatchObject({
      value: { code: "GW_RECORD_TOO_LARGE", message: expect.stringContaining("9000000"), valueBase64: "eA==", origin: { line: 9 } },
    });
  });

  it("counts what stages have dropped", () => {
    const texts = [...asLines(40), ...asLines(1)];
    const { counts } = applied(texts);
    expect(counts.dropped.get("late")).toBe(4);
  });

  it("does not guess how many partitions a pipeline of several parts waits for", () => {
    const codec = struct({ layer: "uint32" });
    const twoParts = pipeline("two", { summary: "", latenessS: 1, options: z.object({}) }, ({ from, to, rekey }) => {
      const met = from(topics.router).pipe(
        each("layer", "its layer", ({ layer }: RouterEvent) => ok({ layer })),
        rekey("by-layer", { by: ({ layer }) => String(layer), codec }),
        each("nothing", "says nothing", () => none()),
      );
      return [to(topics.window, met as never)];
    });
    const pipelines = [{ pipeline: twoParts }];
    const line = JSON.stringify({ topic: "moe.router", partition: 2, value: events(1)[0] });
    expect(() => applied([line], { pipelines })).toThrow(expect.objectContaining({ code: "GW_USAGE" }));
    expect(applied([line], { pipelines, partitions: 3 }).counts).toMatchObject({ in: 1, deadLettered: 0 });
  });
});
