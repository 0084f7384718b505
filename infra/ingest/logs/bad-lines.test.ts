import { expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import type { OutRecord } from "../../kafka/port.ts";
import { type BadLine, DeadLetterLines } from "./bad-lines.ts";

const bad = (text: string, over: Partial<BadLine["line"]> = {}): BadLine => ({
  line: { number: 2, offset: 40, bytes: Buffer.from(text, "latin1"), length: text.length, next: 60, ...over },
  code: "GW_RECORD_UNREADABLE",
  message: "the line is not UTF-8",
});

/** A log whose producers fail as often as told, and are closed after. */
function log(failures: number) {
  const sent: OutRecord[] = [];
  let [opened, closed] = [0, 0];
  const producer = async () => {
    opened += 1;
    return {
      async send(records: readonly OutRecord[]) {
        failures -= 1;
        if (failures >= 0) throw new Fault("GW_KAFKA_UNREACHABLE", "away");
        sent.push(...records);
      },
      async close() {
        closed += 1;
      },
    };
  };
  return { port: { producer }, sent, counts: () => [opened, closed] };
}

it("sends the line's bytes as they were, with its place and the reason", async () => {
  const { port, sent } = log(0);
  await new DeadLetterLines(port, (name) => `ns.${name}`).put("moe.request", "tail", [bad("\xff\xfe")]);
  const [letter] = sent;
  expect(letter).toMatchObject({ topic: "ns.gatewatch.dlq", key: null, value: Buffer.from([0xff, 0xfe]) });
  const headers = Object.fromEntries(Object.entries(letter?.headers ?? {}).map(([name, value]) => [name, String(value)]));
  expect(headers).toMatchObject({
    "dlq.topic": "ns.moe.request",
    "dlq.partition": "-1",
    "dlq.offset": "40",
    "dlq.pipeline": "ingest",
    "dlq.stage": "tail",
    "dlq.code": "GW_RECORD_UNREADABLE",
  });
});

it("says how long a line was of which it keeps the beginning", async () => {
  const { port, sent } = log(0);
  await new DeadLetterLines(port, String).put("moe.request", "tail", [bad("beginning", { length: 3_000_000 })]);
  expect(String(sent[0]?.headers?.["dlq.message"])).toBe("the line is not UTF-8 (it has 3000000 bytes)");
});

it("lets a failure out and begins anew with the next call", async () => {
  const { port, sent, counts } = log(1);
  const lines = new DeadLetterLines(port, String);
  await expect(lines.put("moe.request", "tail", [bad("a")])).rejects.toMatchObject({ code: "GW_KAFKA_UNREACHABLE" });
  await lines.put("moe.request", "tail", [bad("a")]);
  await lines.close();
  expect([sent.length, ...counts()]).toEqual([1, 2, 2]);
});
