import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { type Admitted, admit, type Decode } from "./admit.ts";
import { struct } from "./codec.ts";
import { betweenParts } from "./internal-topic.ts";
import type { LogRecord } from "./record.ts";

const router = topics.router as AnyTopic;
const asEvent = fromJson(router, {
  windowStart: "2026-01-01T00:00:00Z",
  windowEnd: "2026-01-01T00:00:10Z",
  deploymentId: "chat",
  instanceId: "i-0",
  layer: 3,
  numExperts: 4,
  topK: 2,
  tokens: 100,
  assignments: 200,
  expertCounts: [50, 50, 60, 40],
});
if (!("value" in asEvent)) throw new Error(JSON.stringify(asEvent));
const event = asEvent.value as RouterEvent;

const plain: Decode = (topic, { value }) => topic.type.fromBuffer(value ?? Buffer.alloc(0));
const record = (value: unknown, key: string | null = "chat|i-0"): LogRecord => ({
  offset: 7,
  timestampMs: 1_767_225_611_000,
  key: key === null ? null : Buffer.from(key),
  value: router.type.toBuffer(value),
  headers: {},
});
const hour = 3_600_000;
const lane = { topic: router, role: "lane" } as const;

describe("what a lane lets in", () => {
  it("is a record that decodes, makes sense, has the catalogue's key and a credible time", () => {
    const given = record(event);
    const admitted = admit(lane, given, plain, hour) as Admitted;
    expect(admitted.value).toMatchObject({ layer: 3, tokens: 100 });
    expect(admitted.origin).toBe(given);
    expect(admitted.clocked).toBe(admitted.value);
  });

  it.for<[string, LogRecord, string, RegExp]>([
    ["no value", { ...record(event), value: null }, "GW_RECORD_NULL", /moe\.router/],
    ["bytes that hold something else", { ...record(event), value: Buffer.from([1, 2, 3]) }, "GW_DECODE_TRUNCATED", /moe\.router/],
    ["no key", record(event, null), "GW_RECORD_KEY", /missing.*"chat\|i-0"/],
    ["another instance's key", record(event, "chat|i-1"), "GW_RECORD_KEY", /"chat\|i-1".*"chat\|i-0"/],
    ["a negative count", record({ ...event, expertCounts: [-1, 2, 3, 4] }), "GW_RECORD_SENSELESS", /expertCounts\[0\]/],
    [
      "a time long after the broker's",
      record({ ...event, windowStart: event.windowStart + 7_200_000_000, windowEnd: event.windowEnd + 7_200_000_000 }),
      "GW_RECORD_TIME",
      /after the broker/,
    ],
    [
      "a window that ends in a month",
      record({ ...event, windowEnd: event.windowEnd + 30 * 86_400_000_000 }),
      "GW_RECORD_TIME",
      /windowEnd is/,
    ],
    ["an event written down tomorrow", record({ ...event, ts: event.windowEnd + 86_400_000_000 }), "GW_RECORD_TIME", /ts is/],
  ])("is not %s, and the reason names what is wrong", ([, given, code, message]) => {
    expect(admit(lane, given, plain, hour)).toEqual({ code, message: expect.stringMatching(message) });
  });

  it("keeps the code of the fault that decoding has found", () => {
    const decode: Decode = () => {
      throw new Fault("GW_DECODE_SCHEMA_UNKNOWN", "no schema 9");
    };
    expect(admit(lane, record(event), decode, hour)).toEqual({ code: "GW_DECODE_SCHEMA_UNKNOWN", message: "no schema 9" });
  });

  it("compares keys by their text, also beyond ASCII", () => {
    const named = { ...event, deploymentId: "grün", instanceId: "火" };
    expect(admit(lane, record(named, "grün|火"), plain, hour)).toHaveProperty("value");
    // As many bytes as the right key has letters, and not the right key.
    expect(admit(lane, record(named, "grun|xx"), plain, hour)).toMatchObject({ code: "GW_RECORD_KEY" });
  });

  it.for<[string, string, Buffer]>([
    ["the same text in Latin-1", "é", Buffer.from("chat|é", "latin1")],
    ["bytes that are no text", "\ufffd", Buffer.from([...Buffer.from("chat|"), 0xff])],
  ])("refuses %s: other bytes lie in another partition", ([, instanceId, key]) => {
    const given = { ...record({ ...event, instanceId }), key };
    expect(admit(lane, given, plain, hour)).toMatchObject({ code: "GW_RECORD_KEY" });
  });

  it("throws at no bytes whatever", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.option(fc.string()), (bytes, key) => {
        const given = { ...record(event), value: Buffer.from(bytes), key: key === null ? null : Buffer.from(key) };
        const result = admit(lane, given, plain, hour);
        expect("code" in result || "value" in result).toBe(true);
      }),
    );
  });

  it("shows no more of a wrong key than fits a message", () => {
    const result = admit(lane, record(event, "x".repeat(10_000)), plain, hour) as { message: string };
    expect(result.message.length).toBeLessThan(200);
  });
});

describe("what a table lets in", () => {
  const table = { topic: topics.policy as AnyTopic, role: "table" } as const;

  it("is a tombstone, which takes the key's value back", () => {
    expect(admit(table, { ...record(event, "p-1"), value: null }, plain, hour)).toMatchObject({ value: { key: "p-1", value: null } });
  });

  it("is nothing without a key", () => {
    expect(admit(table, { ...record(event, null), value: null }, plain, hour)).toMatchObject({ code: "GW_RECORD_KEY" });
  });
});

describe("what the next part of a pipeline lets in", () => {
  const topic = betweenParts("p", "second", struct({ n: "uint32" })) as AnyTopic;
  const parts = { topic, role: "parts" } as const;
  const sent = (body: unknown, sources: unknown[] = []): LogRecord => ({
    ...record(event, null),
    value: topic.type.toBuffer({ from: 1, lanes: 2, watermark: 5, idle: false, idleMs: 0, sources, body }),
  });

  it("is a body with the public records behind it as its origin", () => {
    const sources = [{ topic: "moe.router", partition: 1, offset: 33 }];
    const admitted = admit(parts, sent({ n: 4 }, sources), plain, hour) as Admitted;
    expect(admitted.value).toMatchObject({ n: 4 });
    expect(admitted.origin.sources).toMatchObject(sources);
    expect(admitted.clocked).toMatchObject({ from: 1, watermark: 5 });
  });

  it("is a mark, which has no value and only tells the time", () => {
    expect(admit(parts, sent(null), plain, hour)).toMatchObject({ value: undefined, clocked: { idle: false } });
  });
});
