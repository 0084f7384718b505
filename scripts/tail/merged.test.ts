import { describe, expect, it } from "vitest";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import { until } from "../../test/lanes/harness.ts";
import { beginningsOf, timeOf } from "./from.ts";
import { asTheyCome, type FoundRecord, upToNow } from "./merged.ts";

function rig(partitions: number) {
  let now = 1_000;
  const log = openMemoryLog(() => now);
  log.create({ name: "t", partitions, settings: {} });
  const port = log.connect();
  return {
    log,
    port,
    write(partition: number, text: string, at = now + 1) {
      now = at;
      log.append([{ topic: "t", partition, key: null, value: Buffer.from(text) }]);
    },
  };
}

async function all(records: AsyncIterable<FoundRecord>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { record } of records) texts.push(String(record.value));
  return texts;
}

describe("reading a topic", () => {
  it("merges partitions by the broker's time, each in its own order", async () => {
    const { port, write } = rig(3);
    for (const [partition, text, at] of [
      [0, "a", 10],
      [2, "b", 20],
      [1, "c", 30],
      [0, "d", 40],
      [0, "e", 50],
      [1, "f", 60],
    ] as const)
      write(partition, text, at);
    expect(await all(upToNow(port, await beginningsOf(port, "t", "earliest")))).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(await all(upToNow(port, await beginningsOf(port, "t", "30")))).toEqual(["c", "d", "e", "f"]);
    expect(await all(upToNow(port, await beginningsOf(port, "t", "latest")))).toEqual([]);
  });

  it("ends at an open transaction, and does not show what was aborted", async () => {
    const { port, write } = rig(1);
    const aborted = await port.fence("x");
    await aborted.send([{ topic: "t", partition: 0, key: null, value: Buffer.from("aborted") }]);
    await aborted.abort();
    write(0, "a");
    const open = await port.fence("y");
    await open.send([{ topic: "t", partition: 0, key: null, value: Buffer.from("open") }]);
    write(0, "b");
    expect(await all(upToNow(port, await beginningsOf(port, "t", "earliest")))).toEqual(["a"]);
  });

  it("asks once for what stands behind an open transaction, however many records others hold", async () => {
    const { port, write } = rig(2);
    const open = await port.fence("y");
    await open.send([{ topic: "t", partition: 0, key: null, value: Buffer.from("open") }]);
    for (let i = 0; i < 50; i += 1) write(1, `${i}`);
    let asked = 0;
    const counting: LogPort = Object.create(port, {
      fetch: {
        value: (...[place, offset, limits]: Parameters<LogPort["fetch"]>) => {
          if (place.partition === 0) asked += 1;
          return port.fetch(place, offset, limits);
        },
      },
    });
    const beginnings = await beginningsOf(port, "t", "earliest");
    expect(await all(upToNow(counting, beginnings))).toHaveLength(50);
    expect(asked).toBe(1);
  });

  it("goes on where it has ended, without a gap and without repeating", async () => {
    const { port, write } = rig(2);
    write(0, "a");
    write(1, "b");
    const standing = upToNow(port, await beginningsOf(port, "t", "earliest"));
    let step = await standing.next();
    while (step.done !== true) step = await standing.next();
    const stop = new AbortController();
    const texts: string[] = [];
    const following = (async () => {
      for await (const { record } of asTheyCome(port, step.value, stop.signal)) texts.push(String(record.value));
    })();
    write(1, "c");
    await until("c has come", () => texts.length === 1);
    write(0, "d");
    await until("d has come", () => texts.length === 2);
    stop.abort();
    await following;
    expect(texts).toEqual(["c", "d"]);
  });

  it("says when following has failed", async () => {
    const { port, log } = rig(1);
    const beginnings = await beginningsOf(port, "t", "earliest");
    log.delete("t");
    await expect(all(asTheyCome(port, beginnings, new AbortController().signal))).rejects.toMatchObject({ code: "GW_TOPIC_MISSING" });
  });

  // Whatever zone the machine is in: Date.parse takes these for local time.
  it.for([
    ["2026-01-31 12:00", 0],
    ["2026-01-31T12:00", 0],
    ["2026-01-31 12:00:30", 30_000],
    ["2026-01-31T12:00:00.0005", 1],
  ] as const)("reads %s as UTC", ([text, afterNoonMs]) => {
    const zone = process.env.TZ;
    process.env.TZ = "Asia/Tokyo";
    try {
      expect(timeOf(text)).toBe(Date.UTC(2026, 0, 31, 12) + afterNoonMs);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it("reads times as people write them", async () => {
    expect(timeOf("2026-01-01T00:00:00Z")).toBe(Date.UTC(2026, 0, 1));
    expect(timeOf("2026-01-01T00:00:00")).toBe(Date.UTC(2026, 0, 1));
    expect(timeOf("2026-01-01")).toBe(Date.UTC(2026, 0, 1));
    expect(timeOf("1767225600000")).toBe(Date.UTC(2026, 0, 1));
    expect(timeOf("2026-01-01T01:30:00+01:30")).toBe(Date.UTC(2026, 0, 1));
    expect(() => timeOf("2026-02-30")).toThrow(expect.objectContaining({ code: "GW_USAGE" }));
    expect(() => timeOf("yesterday")).toThrow(expect.objectContaining({ code: "GW_USAGE" }));
  });
});
