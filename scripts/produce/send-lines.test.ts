import { describe, expect, it } from "vitest";
import type { Line } from "../../infra/ingest/lines.ts";
import type { RecordMaker } from "../../infra/ingest/record-maker.ts";
import type { OutRecord } from "../../infra/kafka/port.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { sendLines } from "./send-lines.ts";

const maker = {
  record({ number, bytes }: Line): OutRecord {
    if (number % 10 === 0) throw new Fault("GW_RECORD_SHAPE", "a tenth");
    return { topic: "t", key: null, value: bytes };
  },
} as unknown as RecordMaker;

async function* pieces(count: number, each: number): AsyncGenerator<Line[]> {
  for (let from = 1; from <= count; from += each) {
    yield Array.from({ length: Math.min(each, count - from + 1) }, (_, i) => ({
      number: from + i,
      bytes: Buffer.alloc(1_000, from + i),
      length: 1_000,
    }));
  }
}

describe("sending lines", () => {
  it("sends each good line once and in order, one batch at a time, and tells the others", async () => {
    const sent: Buffer[] = [];
    let underWay = 0;
    let most = 0;
    let largest = 0;
    const send = async (records: readonly OutRecord[]) => {
      underWay += 1;
      most = Math.max(most, underWay);
      largest = Math.max(largest, records.length);
      await new Promise(setImmediate);
      for (const { value } of records) sent.push(value ?? Buffer.alloc(0));
      underWay -= 1;
    };
    const counts = { read: 0, sent: 0, bad: 0 };
    const bad: number[] = [];
    await sendLines(pieces(3_000, 1_700), maker, { send, close: async () => undefined }, counts, {
      bad: (line) => bad.push(line),
      sent: () => undefined,
    });
    expect(counts).toEqual({ read: 3_000, sent: 2_700, bad: 300 });
    expect(bad).toEqual(Array.from({ length: 300 }, (_, i) => 10 * (i + 1)));
    const expected = Array.from({ length: 3_000 }, (_, i) => i + 1)
      .filter((number) => number % 10 !== 0)
      .map((number) => number % 256);
    expect(sent.map((bytes) => bytes[0])).toEqual(expected);
    expect(most).toBe(1);
    expect(largest).toBeLessThanOrEqual(900);
  });

  it("ends with what a send has failed with, and counts only what was sent", async () => {
    let sends = 0;
    const send = async () => {
      sends += 1;
      if (sends === 2) throw new Fault("GW_KAFKA_UNREACHABLE", "gone");
    };
    const counts = { read: 0, sent: 0, bad: 0 };
    const told = { bad: () => undefined, sent: () => undefined };
    await expect(sendLines(pieces(9_000, 100), maker, { send, close: async () => undefined }, counts, told)).rejects.toMatchObject({
      code: "GW_KAFKA_UNREACHABLE",
    });
    expect(counts.sent).toBe(90);
    expect(counts.read).toBeLessThan(1_000);
  });
});
