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
  await new DeadLetterLines(
    port,
    (name) => `ns.${name}`,
    (text) => text,
  ).put("moe.request", "tail", [bad("\xff\xfe")]);
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

it("masks what the line tells of secrets and people, and leaves every other byte", async () => {
  const { port, sent } = log(0);
  const mask = (text: string) => text.replace(/secret/g, "[x]");
  const lines = new DeadLetterLines(port, String, mask);
  await lines.put("moe.request", "tail", [
    bad("a secret \xff\xe9\x00"),
    { ...bad(""), line: { ...bad("").line, bytes: Buffer.from("ü secret") } },
  ]);
  expect(sent.map(({ value }) => value)).toEqual([Buffer.from("a [x] \xff\xe9\x00", "latin1"), Buffer.from("ü [x]")]);
});

it("says how long a line was of which it keeps the beginning", async () => {
  const { port, sent } = log(0);
  await new DeadLetterLines(port, String, (text) => text).put("moe.request", "tail", [bad("beginning", { length: 3_000_000 })]);
  expect(String(sent[0]?.headers?.["dlq.message"])).toBe("the line is not UTF-8 (it has 3000000 bytes)");
});

it("lets a failure out and begins anew with the next call", async () => {
  const { port, sent, counts } = log(1);
  const lines = new DeadLetterLines(port, String, (text) => text);
  await expect(lines.put("moe.request", "tail", [bad("a")])).rejects.toMatchObject({ code: "GW_KAFKA_UNREACHABLE" });
  await lines.put("moe.request", "tail", [bad("a")]);
  await lines.close();
  expect([sent.length, ...counts()]).toEqual([1, 2, 2]);
});
