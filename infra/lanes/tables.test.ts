import { describe, expect, it } from "vitest";
import type { LogRecord } from "../../operators/stream/record.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { type Schemas, Table } from "./tables.ts";

const record = (offset: number, key: string, timestampMs: number): LogRecord => ({
  offset,
  timestampMs,
  key: Buffer.from(key),
  value: Buffer.from(`${offset}`),
  headers: {},
});
const feed = (table: Table, records: LogRecord[], highWatermark = Number.POSITIVE_INFINITY) =>
  table.feed({ records, next: (records.at(-1)?.offset ?? -1) + 1, end: highWatermark, highWatermark });
const hour = 3_600_000;
const logger = { warn: () => undefined };
const allKnown: Schemas = { codec: { unknownIds: () => [], warm: async () => undefined }, logger };

describe("a table", () => {
  it("gives the records of a span of offsets, holes left out", () => {
    const table = new Table("t", allKnown);
    feed(table, [record(3, "a", 0), record(7, "b", 0), record(9, "c", 0)]);
    expect(table.since(4, 9).map(({ offset }) => offset)).toEqual([7]);
    expect(table.since(0).map(({ offset }) => offset)).toEqual([3, 7, 9]);
  });

  it("is whole once it has read up to the high watermark, not before", async () => {
    const table = new Table("t", allKnown);
    let whole = false;
    void table.whole.then(() => {
      whole = true;
    });
    feed(table, [record(0, "a", 0)], 2);
    await Promise.resolve();
    expect(whole).toBe(false);
    feed(table, [record(1, "a", 0)], 2);
    await table.whole;
  });

  it("takes a record once, though two fetches bring it", () => {
    const table = new Table("t", allKnown);
    feed(table, [record(0, "a", 0), record(1, "a", 0)]);
    feed(table, [record(1, "a", 0), record(2, "a", 0)]);
    expect(table.since(0)).toHaveLength(3);
  });

  it("does not grow with changes: what is superseded and older than the compaction lag goes", () => {
    const table = new Table("t", allKnown);
    const changes = 30_000;
    for (let at = 0; at < changes; at += 1) feed(table, [record(at, `key-${at % 10}`, at * 1_000)]);
    const kept = table.since(0);
    expect(kept.length).toBeLessThan(21_000);
    const lastHour = kept.filter(({ timestampMs }) => timestampMs > changes * 1_000 - hour);
    expect(lastHour).toHaveLength(3_599);
  });

  it("keeps the newest value of a key however old it is", () => {
    const table = new Table("t", allKnown);
    feed(table, [record(0, "lonely", 0)]);
    for (let at = 1; at < 25_000; at += 1) feed(table, [record(at, "busy", at * hour)]);
    expect(table.since(0)[0]?.key?.toString()).toBe("lonely");
  });

  it("shows nothing before its schemas are known, and takes no more meanwhile", async () => {
    const asked = Promise.withResolvers<void>();
    const table = new Table("t", { codec: { unknownIds: () => [7], warm: () => asked.promise }, logger });
    feed(table, [record(0, "a", 0)], 1);
    expect([table.full, table.next, table.since(0)]).toEqual([true, 0, []]);
    asked.resolve();
    await table.whole;
    expect(table.since(0)).toHaveLength(1);
  });

  it("asks again where the registry does not answer, and keeps its place", async () => {
    let asked = 0;
    const warm = async () => {
      asked += 1;
      if (asked === 1) throw new Fault("GW_REGISTRY_UNREACHABLE", "away");
    };
    const table = new Table("t", { codec: { unknownIds: () => [7], warm }, logger });
    feed(table, [record(0, "a", 0)], 1);
    await expect.poll(() => table.full, { timeout: 5_000 }).toBe(false);
    expect([table.next, table.since(0)]).toEqual([0, []]);
    feed(table, [record(0, "a", 0)], 1);
    await table.whole;
    expect([asked, table.next]).toEqual([2, 1]);
  });
});
