import { describe, expect, it } from "vitest";
import { deadLetter } from "../../infra/lanes/outgoing.ts";
import { memoryCodec } from "../../infra/registry/memory-codec.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { rawLine, told } from "./record-text.ts";

const dlq = topics.dlq as AnyTopic;
const policy = topics.policy as AnyTopic;
const record = (value: Buffer | null, more: { key?: Buffer | null; headers?: Record<string, Buffer | Buffer[]> } = {}) => ({
  offset: 7,
  timestampMs: 1_767_225_600_000,
  key: Buffer.from("k"),
  value,
  headers: {},
  ...more,
});
const place = { topic: "ns.control.policy", partition: 2 };

describe("a record's value as text", () => {
  it("is null where it was taken back", () => expect(told(policy, record(null), memoryCodec())).toEqual({ json: "null", value: null }));

  it("is why it cannot be decoded, with its bytes, and no end of the reading", () => {
    const { value } = told(policy, record(Buffer.from("no Avro")), memoryCodec());
    expect(value).toEqual({
      undecoded: { code: "GW_DECODE_FRAMING", message: expect.any(String) },
      valueBase64: Buffer.from("no Avro").toString("base64"),
    });
  });

  it("is of a dead letter the reason and the place it came from", () => {
    const origin = record(Buffer.from("poison"));
    const letter = { stage: "decode", code: "GW_RECORD_KEY", message: "why", topic: "moe.router", partition: 3, origin } as const;
    const { key, value, headers = {} } = deadLetter(letter, "router-windows", (name) => name);
    expect(told(dlq, { ...record(value), key, headers }, memoryCodec()).value).toEqual({
      code: "GW_RECORD_KEY",
      stage: "decode",
      message: "why",
      pipeline: "router-windows",
      origin: { topic: "moe.router", partition: 3, offset: 7, timestamp: 1_767_225_600_000 },
      attempts: 1,
      schemaId: "",
      valueBase64: Buffer.from("poison").toString("base64"),
    });
  });
});

describe("a raw line", () => {
  const line = (given: ReturnType<typeof record>) =>
    JSON.parse(rawLine(policy, { place, record: given }, { json: '{"a":1}', value: { a: 1 } })) as Record<string, unknown>;

  it("is what apply reads again: topic without namespace, place, time, key, headers, value", () => {
    expect(line(record(Buffer.alloc(1), { headers: { trace: Buffer.from("t"), twice: [Buffer.from("1"), Buffer.from("2")] } }))).toEqual({
      topic: "control.policy",
      partition: 2,
      offset: 7,
      timestamp: 1_767_225_600_000,
      key: "k",
      headers: { trace: "t", twice: ["1", "2"] },
      value: { a: 1 },
    });
  });

  it("keeps a key that is no text, as base64 beside what can be shown of it", () => {
    const key = Buffer.from([0xff, 0x41]);
    expect(line(record(null, { key }))).toMatchObject({ keyBase64: key.toString("base64") });
    expect(line(record(null))).not.toHaveProperty("keyBase64");
    expect(line(record(null, { key: null }))).toMatchObject({ key: null });
  });
});
