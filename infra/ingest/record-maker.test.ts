import { describe, expect, it } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { startMs } from "../../test/pipelines/inputs.ts";
import { memoryCodec } from "../registry/memory-codec.ts";
import { RecordMaker } from "./record-maker.ts";

const [[event] = []] = [
  ...routerLoad({ seed: 1, deploymentId: "d", instances: 1, layers: 1, experts: 4, topK: 2, tokens: 50, windowMs: 5_000 }, startMs).take(1),
];
const codec = memoryCodec();

async function maker(topic: AnyTopic = topics.router): Promise<RecordMaker> {
  await codec.register([topic]);
  return new RecordMaker({ topic, codec, named: (name) => `ns.${name}`, maxAheadMs: 1_000, now: () => startMs + 60_000 });
}

const asLine = (value: unknown) => {
  const bytes = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
  return { number: 1, bytes, length: bytes.length };
};

async function refusal(value: unknown, topic?: AnyTopic): Promise<string> {
  const one = await maker(topic);
  try {
    one.record(asLine(value));
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return "taken";
}

describe("lines to records", () => {
  it("takes a bare value, and the form that apply and tail have, to the same record", async () => {
    const one = await maker();
    const bare = one.record(asLine(event));
    const around = { topic: "moe.router", partition: 2, offset: 9, timestamp: 1, key: "d|i-0", headers: {}, value: event };
    expect(one.record(asLine(around))).toEqual(bare);
    expect([bare.topic, String(bare.key)]).toEqual(["ns.moe.router", "d|i-0"]);
    const record = { offset: 0, timestampMs: 0, key: bare.key, value: bare.value, headers: {} };
    await codec.warm(codec.unknownIds([record]));
    expect(codec.decode(topics.router, record)).toMatchObject({ ...event, ts: event?.windowEnd });
  });

  it("gives alerts the headers by which they are told apart undecoded", async () => {
    const alert = {
      id: "a",
      ts: startMs * 1_000,
      pipeline: "p",
      entity: { type: "layer", id: "i-0" },
      kind: "router.baseline",
      severity: "HIGH",
      title: "t",
      score: 0.5,
    };
    const { headers } = (await maker(topics.alert)).record(asLine(alert));
    expect(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])).toEqual([
      ["kind", "router.baseline"],
      ["severity", "HIGH"],
      ["entity", "layer:i-0"],
    ]);
  });

  it("tells a value with a field named value from one with something around it", async () => {
    const metric = { ts: startMs * 1_000, name: "kv_usage", value: 0.4, labels: { instance: "i-0" } };
    expect(await refusal(metric, topics.metric)).toBe("taken");
    expect(await refusal({ topic: "moe.metric", value: metric }, topics.metric)).toBe("taken");
    expect(await refusal({ value: metric }, topics.metric)).toBe("taken");
  });

  it.for([
    ["no JSON", "GW_RECORD_UNREADABLE"],
    [[1], "GW_RECORD_SHAPE"],
    [{ ...event, layer: "x" }, "GW_RECORD_SHAPE"],
    [{ ...event, tokens: -1 }, "GW_RECORD_SENSELESS"],
    [{ topic: "moe.expert", value: event }, "GW_RECORD_TOPIC"],
    [{ topic: "moe.router", key: "other", value: event }, "GW_RECORD_KEY"],
    [{ topic: "moe.router", key: 5, value: event }, "GW_RECORD_SHAPE"],
    [{ topic: "moe.router", value: null }, "GW_RECORD_NULL"],
    [{ ...event, windowStart: (startMs + 3_600_000) * 1_000, windowEnd: (startMs + 3_605_000) * 1_000 }, "GW_RECORD_TIME"],
  ] as const)("refuses %j: %s", async ([value, code]) => {
    expect(await refusal(value)).toBe(code);
  });

  it("refuses a record larger than its topic takes, and a line larger than is read", async () => {
    const large = { ...event, clusterId: "x".repeat(1_000_000) };
    expect(await refusal(large)).toBe("GW_RECORD_TOO_LARGE");
    const one = await maker();
    expect(() => one.record({ number: 1, bytes: Buffer.from("x"), length: 20_000_000 })).toThrow(
      expect.objectContaining({ code: "GW_RECORD_TOO_LARGE" }),
    );
  });

  it("takes a table's entry back with a null value and its key", async () => {
    const one = await maker(topics.command);
    expect(one.record(asLine({ key: "c-1", value: null }))).toEqual({ topic: "ns.control.command", key: Buffer.from("c-1"), value: null });
    expect(await refusal({ topic: "control.command", value: null }, topics.command)).toBe("GW_RECORD_KEY");
  });
});
