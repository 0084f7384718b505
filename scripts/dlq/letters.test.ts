import { describe, expect, it } from "vitest";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import { deadLetter } from "../../infra/lanes/outgoing.ts";
import { letterAt, newestLetters } from "./letters.ts";
import { shown } from "./shown.ts";

function rig() {
  let now = 1_000;
  const log = openMemoryLog(() => (now += 1));
  log.create({ name: "gatewatch.dlq", partitions: 2, settings: {} });
  const write = (code: "GW_DECODE_FRAMING" | "GW_RECORD_TIME", partition: number, offset: number, topic = "moe.router") => {
    const origin = {
      offset,
      timestampMs: 5,
      key: Buffer.from("k"),
      value: Buffer.from(`poison ${offset}`),
      headers: { trace: Buffer.from("t") },
    };
    log.append([{ ...deadLetter({ stage: "decode", code, message: "why", topic, partition: 3, origin }, "p", (name) => name), partition }]);
  };
  return { port: log.connect(), write };
}

describe("dead letters", () => {
  it("come newest first over all partitions, as many as asked for", async () => {
    const { port, write } = rig();
    for (let i = 0; i < 4_500; i += 1) write(i % 100 === 0 ? "GW_RECORD_TIME" : "GW_DECODE_FRAMING", i % 2, i);
    const newest = await newestLetters(port, "gatewatch.dlq", 3, () => true);
    expect(newest.map(({ letter, place, offset }) => [letter.origin.offset, place.partition, offset])).toEqual([
      [4_499, 1, 2_249],
      [4_498, 0, 2_249],
      [4_497, 1, 2_248],
    ]);
    const rare = await newestLetters(port, "gatewatch.dlq", 44, ({ code }) => code === "GW_RECORD_TIME");
    expect(rare.map(({ letter }) => letter.origin.offset)).toEqual(Array.from({ length: 44 }, (_, i) => 4_400 - 100 * i));
  });

  it("are found where they lie, and nowhere else", async () => {
    const { port, write } = rig();
    write("GW_RECORD_TIME", 1, 7);
    expect((await letterAt(port, { topic: "gatewatch.dlq", partition: 1 }, 0)).value?.toString()).toBe("poison 7");
    for (const [topic, partition, offset] of [
      ["gatewatch.dlq", 0, 0],
      ["gatewatch.dlq", 1, 9],
      ["gatewatch.dlq", 9, 0],
      ["ns.gatewatch.dlq", 0, 0],
    ] as const)
      await expect(letterAt(port, { topic, partition }, offset)).rejects.toMatchObject({
        code: "GW_USAGE",
        message: expect.stringContaining(`${partition}/${offset}`),
      });
  });

  it("are none where the topic is not there", async () => {
    expect(await newestLetters(openMemoryLog().connect(), "gatewatch.dlq", 3, () => true)).toEqual([]);
  });

  it("are shown whole", async () => {
    const { port, write } = rig();
    write("GW_DECODE_FRAMING", 0, 9);
    const { records } = await port.fetch({ topic: "gatewatch.dlq", partition: 0 }, 0);
    const [record] = records;
    if (record === undefined) throw new Error("nothing was written");
    expect(shown(record, false)).toEqual([
      "GW_DECODE_FRAMING: why",
      "remedy    Send Avro in the Confluent wire format: byte 0, schema id, data.",
      "from      moe.router partition 3 offset 9, 1970-01-01T00:00:00.005Z",
      "in        p, stage decode, attempts 1",
      'key       "k"',
      "header    trace: t",
      "value     8 bytes",
      "000000  70 6f 69 73 6f 6e 20 39                          poison 9",
    ]);
    expect(JSON.parse(shown(record, true)[0] ?? "")).toMatchObject({
      code: "GW_DECODE_FRAMING",
      origin: { topic: "moe.router", partition: 3, offset: 9, timestamp: 5 },
      keyBase64: Buffer.from("k").toString("base64"),
      valueBase64: Buffer.from("poison 9").toString("base64"),
      headers: { trace: "t" },
    });
  });

  it("of another program, with a code that is none of ours, are shown without a remedy", () => {
    const headers = { "dlq.code": Buffer.from("toString"), "dlq.message": Buffer.from("why") };
    const lines = shown({ offset: 1, timestampMs: 0, key: null, value: null, headers }, false);
    expect(lines[0]).toBe("toString: why");
    expect(lines.filter((line) => line.startsWith("remedy"))).toEqual([]);
    expect(lines.slice(-2)).toEqual(["key       none", "value     null"]);
  });

  it("longer than a screen are cut where they are shown, and whole as JSON", () => {
    const record = { offset: 1, timestampMs: 0, key: null, value: Buffer.alloc(5_000, 65), headers: {} };
    const lines = shown(record, false);
    expect(lines.at(-1)).toBe("…");
    expect(lines.filter((line) => /^[0-9a-f]{6} /.test(line))).toHaveLength(32);
    expect(Buffer.from(JSON.parse(shown(record, true)[0] ?? "").valueBase64, "base64")).toHaveLength(5_000);
  });
});
