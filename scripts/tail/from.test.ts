import { describe, expect, it } from "vitest";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import { beginningsOf, timeOf } from "./from.ts";

describe("a time to begin at", () => {
  it.for([
    ["2026-01-31T12:00:00Z", Date.UTC(2026, 0, 31, 12)],
    ["2026-01-31T12:00:00+02:00", Date.UTC(2026, 0, 31, 10)],
    // Without a zone it is UTC wherever the machine stands: topics are.
    ["2026-01-31T12:00:00", Date.UTC(2026, 0, 31, 12)],
    ["2026-01-31", Date.UTC(2026, 0, 31)],
    ["1767225600000", 1_767_225_600_000],
  ] as const)("%s", ([text, time]) => expect(timeOf(text)).toBe(time));

  it.for(["yesterday", "", "2026-13-01T00:00:00Z", "-1 h"])("is refused where it is %j", (text) => {
    expect(() => timeOf(text)).toThrow(
      expect.objectContaining({ code: "GW_USAGE", message: expect.stringContaining("2026-01-31T12:00:00Z") }),
    );
  });
});

describe("where each partition begins", () => {
  function rig() {
    let now = 0;
    const log = openMemoryLog(() => {
      now += 10;
      return now;
    });
    log.create({ name: "t", partitions: 2, settings: {} });
    for (const partition of [0, 1, 0, 1, 0]) log.append([{ topic: "t", partition, key: null, value: Buffer.from("v") }]);
    return log.connect();
  }
  const offsets = async (from: string) => (await beginningsOf(rig(), "t", from)).map(({ place, offset }) => [place.partition, offset]);

  it("is the first record, the next to come, or the first at or after a time", async () => {
    expect(await offsets("earliest")).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(await offsets("latest")).toEqual([
      [0, 3],
      [1, 2],
    ]);
    expect(await offsets("25")).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(await offsets("1000")).toEqual(await offsets("latest"));
  });

  it("is told where there is no such topic, after a wrong time", async () => {
    await expect(beginningsOf(rig(), "other", "earliest")).rejects.toMatchObject({ code: "GW_TOPIC_MISSING" });
    await expect(beginningsOf(rig(), "other", "soon")).rejects.toMatchObject({ code: "GW_USAGE" });
  });
});
