import kafkajs from "kafkajs";
import Record from "kafkajs/src/protocol/recordBatch/record/v0/index.js";
import recordBatch from "kafkajs/src/protocol/recordBatch/v0/index.js";
import { describe, expect, it } from "vitest";
import "./dialling.ts";
import { readCommitted } from "./record-batches.ts";

const { None, GZIP, ZSTD } = kafkajs.CompressionTypes;
const at = { attributes: 21, lastOffsetDelta: 23, count: 57, records: 61 };

interface Made {
  readonly first: number;
  readonly values: readonly string[];
  readonly producer?: number;
  readonly compression?: number;
  readonly attributes?: number;
}

/** A batch as kafkajs writes it, at the offset a broker would give it. */
async function batch({ first, values, producer, compression = None, attributes = 0 }: Made): Promise<Buffer> {
  const records = values.map((value, i) =>
    Record({ offsetDelta: i, timestampDelta: i, key: Buffer.from("k"), value: Buffer.from(value), headers: { h: "1" } }),
  );
  const { buffer } = await recordBatch.RecordBatch({
    compression,
    records,
    firstTimestamp: 1_000,
    maxTimestamp: 5_000,
    producerId: producer ?? -1,
    producerEpoch: 0,
    firstSequence: 0,
    transactional: producer !== undefined,
    lastOffsetDelta: values.length - 1,
  });
  const bytes = Buffer.from(buffer);
  bytes.writeBigInt64BE(BigInt(first), 0);
  bytes.writeInt16BE(bytes.readInt16BE(at.attributes) | attributes, at.attributes);
  return bytes;
}

const isControl = 0x20;

/** The record that ends a transaction: key is version and type (0 abort, 1 commit). */
async function marker(first: number, producer: number, type: 0 | 1): Promise<Buffer> {
  const key = Buffer.from([0, 0, 0, type]);
  const { buffer } = await recordBatch.RecordBatch({
    compression: None,
    records: [Record({ offsetDelta: 0, timestampDelta: 0, key, value: Buffer.alloc(6), headers: {} })],
    firstTimestamp: 1_000,
    maxTimestamp: 1_000,
    producerId: producer,
    producerEpoch: 0,
    firstSequence: -1,
    transactional: true,
    lastOffsetDelta: 0,
  });
  const bytes = Buffer.from(buffer);
  bytes.writeBigInt64BE(BigInt(first), 0);
  bytes.writeInt16BE(bytes.readInt16BE(at.attributes) | isControl, at.attributes);
  return bytes;
}

/** What compaction leaves of a batch whose records are all gone: its header and the offsets it spanned. */
function emptied(whole: Buffer): Buffer {
  const header = Buffer.from(whole.subarray(0, at.records));
  header.writeInt32BE(at.records - 12, 8);
  header.writeInt32BE(0, at.count);
  return header;
}

const values = (read: { records: readonly { value: Buffer | null }[] }) => read.records.map(({ value }) => String(value));

describe("record batches", () => {
  it.for([None, GZIP, ZSTD])("are read as kafkajs writes them, compression %i", async (compression) => {
    const bytes = await batch({ first: 2 ** 40, values: ["a", "b".repeat(300)], compression });
    const { records, next, needed } = readCommitted(bytes, 2 ** 40, []);
    expect(
      records.map(({ offset, timestampMs, key, value, headers }) => [offset, timestampMs, String(key), String(value), { ...headers }]),
    ).toEqual([
      [2 ** 40, 1_000, "k", "a", { h: Buffer.from("1") }],
      [2 ** 40 + 1, 1_001, "k", "b".repeat(300), { h: Buffer.from("1") }],
    ]);
    expect({ next, needed }).toEqual({ next: 2 ** 40 + 2, needed: 0 });
  });

  it("take the broker's time where the topic says so", async () => {
    const bytes = await batch({ first: 0, values: ["a", "b"], attributes: 0x08 });
    expect(readCommitted(bytes, 0, []).records.map(({ timestampMs }) => timestampMs)).toEqual([5_000, 5_000]);
  });

  it("begin in the middle, and end before what is cut off", async () => {
    const [one, two] = [await batch({ first: 0, values: ["a", "b"] }), await batch({ first: 2, values: ["c"] })];
    const cut = Buffer.concat([one, two.subarray(0, two.length - 1)]);
    expect(readCommitted(cut, 1, [])).toMatchObject({ records: [{ offset: 1 }], next: 2, needed: 0 });
  });

  it("say how much it takes where not even the first is whole", async () => {
    const bytes = await batch({ first: 0, values: ["a".repeat(500)] });
    expect(readCommitted(bytes.subarray(0, 100), 0, [])).toEqual({ records: [], next: 0, needed: bytes.length });
    expect(readCommitted(Buffer.alloc(0), 7, [])).toEqual({ records: [], next: 7, needed: 0 });
  });

  it("move on over what compaction has emptied, and over its holes", async () => {
    const gone = emptied(await batch({ first: 3, values: ["x", "y"] }));
    const bytes = Buffer.concat([gone, await batch({ first: 9, values: ["a"] })]);
    expect(readCommitted(gone, 3, [])).toEqual({ records: [], next: 5, needed: 0 });
    const read = readCommitted(bytes, 3, []);
    expect(values(read)).toEqual(["a"]);
    expect(read.next).toBe(10);
  });

  it("hide aborted transactions that the broker lists in the order of their ends", async () => {
    const bytes = Buffer.concat([
      await batch({ first: 0, values: ["1 aborted"], producer: 1 }),
      await batch({ first: 1, values: ["2 aborted"], producer: 2 }),
      await batch({ first: 2, values: ["3 committed"], producer: 3 }),
      await marker(3, 2, 0),
      await batch({ first: 4, values: ["1 aborted too"], producer: 1 }),
      await batch({ first: 5, values: ["2 committed"], producer: 2 }),
      await marker(6, 3, 1),
      await marker(7, 1, 0),
      await batch({ first: 8, values: ["1 committed"], producer: 1 }),
      await batch({ first: 9, values: ["plain"] }),
      await marker(10, 1, 1),
    ]);
    const aborted = [
      { producerId: 2, firstOffset: 1 },
      { producerId: 1, firstOffset: 0 },
    ];
    const read = readCommitted(bytes, 0, aborted);
    expect(values(read)).toEqual(["3 committed", "2 committed", "1 committed", "plain"]);
    expect(read.next).toBe(11);
  });

  it("hide the rest of an aborted transaction from a reader that begins within it", async () => {
    const bytes = Buffer.concat([
      await batch({ first: 5, values: ["aborted"], producer: 1 }),
      await marker(6, 1, 0),
      await batch({ first: 7, values: ["b"], producer: 1 }),
    ]);
    expect(values(readCommitted(bytes, 5, [{ producerId: 1, firstOffset: 2 }]))).toEqual(["b"]);
  });

  it("come as far as they can be read; the next fetch begins at what cannot", async () => {
    const broken = await batch({ first: 1, values: ["a", "b"], compression: GZIP });
    broken.fill(0xff, at.records);
    const bytes = Buffer.concat([await batch({ first: 0, values: ["good"] }), broken, await batch({ first: 3, values: ["behind"] })]);
    const read = readCommitted(bytes, 0, []);
    expect([values(read), read.next, read.needed]).toEqual([["good"], 1, 0]);
    expect(() => readCommitted(bytes.subarray(bytes.indexOf(broken)), 1, [])).toThrow();
  });

  it.for([0, -12, -100, 40])("are refused with a length of %i, which can be true of none", async (length) => {
    const bytes = await batch({ first: 0, values: ["a"] });
    bytes.writeInt32BE(length, 8);
    expect(() => readCommitted(bytes, 0, [])).toThrow(/shorter/);
  });

  it("are refused in a compression that nobody knows", async () => {
    const bytes = await batch({ first: 0, values: ["a"], attributes: 7 });
    expect(() => readCommitted(bytes, 0, [])).toThrow(/codec 7/);
  });
});
