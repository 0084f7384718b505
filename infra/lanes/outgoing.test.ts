import { describe, expect, it } from "vitest";
import type { DeadLetter } from "../../operators/stream/batch.ts";
import { struct } from "../../operators/stream/codec.ts";
import { betweenParts } from "../../operators/stream/internal-topic.ts";
import type { GraphOutput } from "../../operators/stream/lane-graph.ts";
import { topics } from "../../schemas/topics/index.ts";
import { openMemoryLog } from "../kafka/memory/log.ts";
import { memoryCodec } from "../registry/memory-codec.ts";
import { openLog } from "../telemetry/log.ts";
import { type Links, Turns } from "./links.ts";
import { deadLetter, outgoing } from "./outgoing.ts";
import { Tables } from "./tables.ts";

const named = (topic: string) => `ns.${topic}`;
const marks = betweenParts("p", "second", struct({ n: "uint32" }));

async function links(): Promise<Links> {
  const codec = memoryCodec();
  await codec.register([topics.router, topics.alert, marks]);
  const log = openMemoryLog().connect();
  const logger = openLog({ level: "silent", write: () => undefined });
  return {
    log,
    codec,
    named,
    tables: new Tables(log, { codec, logger }),
    logger,
    recoveries: new Turns(1),
    partitionsOf: (topic) => (topic === `ns.${marks.name}` ? 3 : 0),
    meter: { event: () => undefined, restored: () => undefined, gap: () => undefined, committed: () => undefined },
  };
}

const alert = {
  id: "a1",
  ts: 1_767_225_600_000_000,
  pipeline: "router-windows",
  clusterId: "c",
  deploymentId: "d",
  entity: { type: "layer", id: "i-0" },
  sources: [],
  modelVersion: "",
  kind: "router.baseline",
  category: "",
  severity: "HIGH",
  title: "t",
  score: 0.5,
  probability: null,
  probabilityLow: null,
  probabilityHigh: null,
  observed: 1,
  expected: 2,
  evidence: [],
  suggestedAction: "",
};
const origin = {
  offset: 12,
  timestampMs: 34,
  key: Buffer.from("d|i-0"),
  value: Buffer.from([0, 0, 0, 1, 2, 9, 9]),
  headers: { trace: Buffer.from("t-1") },
};
const record = (value: unknown): GraphOutput => ({
  kind: "record",
  topic: topics.alert,
  key: "d",
  value,
  origin,
  from: { topic: "moe.router", partition: 3 },
});
const texts = (headers: Readonly<Record<string, unknown>> | undefined) =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));

describe("what leaves a lane", () => {
  it("is encoded and keyed under its namespace, with headers that tell alerts apart undecoded", async () => {
    const shared = await links();
    const [sent] = outgoing([record(alert)], "router-windows", shared);
    expect([sent?.topic, sent?.key?.toString(), sent?.partition]).toEqual(["ns.gatewatch.alert", "d", undefined]);
    expect(texts(sent?.headers)).toMatchObject({ kind: "router.baseline", severity: "HIGH" });
    const read = { offset: 0, timestampMs: 0, key: null, value: sent?.value ?? null, headers: {} };
    await shared.codec.warm(shared.codec.unknownIds([read]));
    expect(shared.codec.decode(topics.alert, read)).toMatchObject({ id: "a1", observed: 1 });
  });

  it("goes to every partition of the next part where it is a mark", async () => {
    const mark = { from: 1, lanes: 2, watermark: 5, idle: false, idleMs: 0, sources: [], body: null };
    const sent = [...outgoing([{ kind: "mark", topic: marks, value: mark }], "p", await links())];
    expect(sent.map(({ topic, partition, key }) => [topic, partition, key])).toEqual([
      [`ns.${marks.name}`, 0, null],
      [`ns.${marks.name}`, 1, null],
      [`ns.${marks.name}`, 2, null],
    ]);
  });

  it("keeps the order in which the graph made it", async () => {
    const letter = { stage: "decode", code: "GW_RECORD_KEY", message: "m", topic: "moe.router", partition: 0, origin } as const;
    const sent = [...outgoing([record(alert), { kind: "letter", letter }, record(alert)], "p", await links())];
    expect(sent.map(({ topic }) => topic)).toEqual(["ns.gatewatch.alert", "ns.gatewatch.dlq", "ns.gatewatch.alert"]);
  });

  it("is a dead letter where it is larger than its topic takes, and stops no lane", async () => {
    const [sent] = outgoing([record({ ...alert, title: "x".repeat(1_100_000) })], "p", await links());
    expect(sent?.topic).toBe("ns.gatewatch.dlq");
    expect(texts(sent?.headers)).toMatchObject({ "dlq.code": "GW_RECORD_TOO_LARGE", "dlq.stage": "encode", "dlq.offset": "12" });
    expect(texts(sent?.headers)["dlq.topic"]).toBe("ns.moe.router");
    expect(sent?.value).toEqual(origin.value);
  });

  it.for<[string, object]>([
    ["a number beyond what Avro carries", { ts: 2 ** 60 }],
    ["a text where a number belongs", { observed: "much" }],
  ])("is a dead letter where its topic cannot carry %s, and what follows goes out", async ([, wrong]) => {
    const [sent, after] = outgoing([record({ ...alert, ...wrong }), record(alert)], "p", await links());
    expect(texts(sent?.headers)).toMatchObject({
      "dlq.code": "GW_RECORD_SHAPE",
      "dlq.stage": "encode",
      "dlq.topic": "ns.moe.router",
      "dlq.partition": "3",
      "dlq.offset": "12",
    });
    expect([sent?.topic, after?.topic]).toEqual(["ns.gatewatch.dlq", "ns.gatewatch.alert"]);
  });

  it("fails where its schema was never registered: that is our defect, not the record's", async () => {
    const shared = { ...(await links()), codec: memoryCodec() };
    expect(() => [...outgoing([record(alert)], "p", shared)]).toThrow(/has not been registered/);
  });
});

describe("a dead letter", () => {
  const letter: DeadLetter = { stage: "decode", code: "GW_RECORD_KEY", message: "why", topic: "moe.router", partition: 3, origin };

  it("has the record's own bytes, key and headers, and the reason beside them", () => {
    const { key, value, headers } = deadLetter(letter, "router-windows", named);
    expect([key, value]).toEqual([origin.key, origin.value]);
    expect(texts(headers)).toEqual({
      trace: "t-1",
      "dlq.topic": "ns.moe.router",
      "dlq.partition": "3",
      "dlq.offset": "12",
      "dlq.timestamp": "34",
      "dlq.pipeline": "router-windows",
      "dlq.stage": "decode",
      "dlq.code": "GW_RECORD_KEY",
      "dlq.message": "why",
      "dlq.attempts": "1",
      "dlq.schemaId": "258",
    });
  });

  it.for<[string, Buffer | null]>([
    ["null", null],
    ["too short for an id", Buffer.from([0, 0, 0, 1])],
    ["not in the wire format", Buffer.from("{}{}{}")],
  ])("names no schema where the value is %s", ([, value]) => {
    expect(texts(deadLetter({ ...letter, origin: { ...origin, value } }, "p", named).headers)["dlq.schemaId"]).toBe("");
  });

  it("holds the value that was on its way where time caused it, with no offset", () => {
    const { key, value, headers } = deadLetter({ ...letter, origin: undefined, value: { key: "k" } }, "p", named);
    expect([key, value?.toString()]).toEqual([null, '{"key":"k"}']);
    expect(texts(headers)).toMatchObject({ "dlq.offset": "-1", "dlq.timestamp": "-1", "dlq.schemaId": "" });
  });

  it("cuts a message that would not fit a header", () => {
    const { headers } = deadLetter({ ...letter, message: "m".repeat(1_000_000) }, "p", named);
    expect(texts(headers)["dlq.message"]).toHaveLength(2_000);
  });

  it("does not let a record's own header pass for the reason", () => {
    const forged = { ...origin, headers: { "dlq.code": Buffer.from("GW_RECORD_NULL") } };
    expect(texts(deadLetter({ ...letter, origin: forged }, "p", named).headers)["dlq.code"]).toBe("GW_RECORD_KEY");
  });
});
