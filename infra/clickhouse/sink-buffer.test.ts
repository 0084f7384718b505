import { describe, expect, it } from "vitest";
import { decodeIntent, encodeIntent } from "./intent.ts";
import { SinkBuffer } from "./sink-buffer.ts";

const record = (offset: number, bytes = 10) => ({ offset, timestampMs: 0, key: null, value: Buffer.alloc(bytes), headers: {} });
const offsets = (block: ReturnType<SinkBuffer["cut"]>) =>
  block && [block.position, block.end, ...block.records.map(({ offset }) => offset)];

describe("sink-buffer", () => {
  it("cuts blocks that join without a gap, over offsets that hold no record", () => {
    const buffer = new SinkBuffer(5);
    buffer.take({ records: [record(6), record(7), record(11)], next: 14 });
    expect(offsets(buffer.cut(2, 1_000))).toEqual([5, 11, 6, 7]);
    expect(offsets(buffer.cut(2, 1_000))).toEqual([11, 14, 11]);
    expect(buffer.cut(2, 1_000)).toBeUndefined();
    expect(buffer.bytes).toBe(0);
  });

  it("cuts by bytes, but never less than a record", () => {
    const buffer = new SinkBuffer(0);
    buffer.take({ records: [record(0, 900), record(1, 10), record(2, 10), record(3, 10)], next: 4 });
    expect(offsets(buffer.cut(10, 200))).toEqual([0, 1, 0]);
    expect(offsets(buffer.cut(10, 200))).toEqual([1, 3, 1, 2]);
  });

  it("leaves out what it has seen, and passes over what holds nothing", () => {
    const buffer = new SinkBuffer(0);
    buffer.take({ records: [record(0)], next: 1 });
    buffer.take({ records: [record(0), record(1)], next: 3 });
    expect(buffer.length).toBe(2);
    buffer.skip();
    expect(buffer.begin).toBe(0);
    buffer.cut(10, 1_000);
    buffer.take({ records: [], next: 9 });
    buffer.skip();
    expect(buffer.begin).toBe(9);
  });
});

describe("intent", () => {
  it.for([
    { position: 7, end: undefined },
    { position: 7, end: 8 },
    { position: 0, end: Number.MAX_SAFE_INTEGER },
  ])("%o survives its commit", (intent) => {
    expect(decodeIntent(intent.position, encodeIntent(intent))).toEqual(intent);
  });

  it.for(["", "v1;0", "b1;7", "b1;x", "b2;9"])("'%s' at 7 is refused", (metadata) => {
    expect(() => decodeIntent(7, metadata)).toThrow(expect.objectContaining({ code: "GW_LANE_POSITION_WITHOUT_STATE" }));
  });
});
