import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openMemoryLog } from "../kafka/memory/log.ts";
import type { OutRecord, TransactionalWriter } from "../kafka/port.ts";
import { checkpointPartition, hasCheckpoint, pack, readCheckpoint, writeCheckpoint } from "./checkpoints.ts";

const name = { group: "g", pipeline: "p", part: "main", slot: 0 };
const topic = "checkpoints";

function rig() {
  const log = openMemoryLog();
  log.create({ name: topic, partitions: 1, settings: {} });
  return { log, port: log.connect() };
}
type Rig = ReturnType<typeof rig>;

/** Writes the state in a transaction of its own and says where its chunks lie. */
async function saved({ port }: Rig, state: Buffer, lane = name): Promise<number[]> {
  const writer = await port.fence(`lane-${lane.slot}`);
  const chunks = await writeCheckpoint(writer, lane, 0, pack({ fingerprint: "f", state }), topic);
  await writer.commit("g", []);
  return chunks;
}
const pointer = (chunks: readonly number[]) => ({ offsets: [], partition: 0, chunks });

describe("a checkpoint", () => {
  it("is read back where another lane's transaction stands open before it in the same partition", async () => {
    const { port } = rig();
    const dead = await port.fence("dead");
    await dead.send([{ topic, partition: 0, key: Buffer.from("other"), value: Buffer.from("left open") }]);
    const writer = await port.fence("lane");
    const state = { fingerprint: "f", state: Buffer.from("state") };
    const chunks = await writeCheckpoint(writer, name, 0, pack(state), topic);
    await writer.commit("g", []);
    expect(await readCheckpoint(port, name, pointer(chunks), topic)).toEqual(state);
    await port.close();
  });

  it("larger than a record batch lies in chunks, and comes back as one", async () => {
    const own = rig();
    const state = randomBytes(2_500_000);
    const chunks = await saved(own, state);
    expect(chunks).toHaveLength(3);
    expect((await readCheckpoint(own.port, name, pointer(chunks), topic)).state.equals(state)).toBe(true);
  });

  it("sends no chunk that a broker would refuse", async () => {
    const sizes: number[] = [];
    const send = async (records: readonly OutRecord[]) => {
      for (const { value } of records) sizes.push(value?.length ?? 0);
      return new Map([[`${topic} 0`, sizes.length]]);
    };
    const writer = { send } as Partial<TransactionalWriter> as TransactionalWriter;
    await writeCheckpoint(writer, name, 0, randomBytes(3_000_000), topic);
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(3_000_000);
  });

  it("keeps its writer's fingerprint and any bytes, none too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), fc.uint8Array({ maxLength: 300 }), async (fingerprint, bytes) => {
        const { port } = rig();
        const writer = await port.fence("lane");
        const chunks = await writeCheckpoint(writer, name, 0, pack({ fingerprint, state: Buffer.from(bytes) }), topic);
        await writer.commit("g", []);
        const read = await readCheckpoint(port, name, pointer(chunks), topic);
        expect([read.fingerprint, [...read.state]]).toEqual([Buffer.from(fingerprint).toString(), [...bytes]]);
      }),
      { numRuns: 50 },
    );
  });

  it("fails where the broker has named no offset: the position would point nowhere", async () => {
    const writer = { send: async () => new Map() } as Partial<TransactionalWriter> as TransactionalWriter;
    await expect(writeCheckpoint(writer, name, 0, Buffer.from("x"), topic)).rejects.toMatchObject({ code: "GW_KAFKA_PROTOCOL" });
  });
});

describe("a checkpoint that is not what the recovery record says", () => {
  const corrupt = { code: "GW_CHECKPOINT_CORRUPT" };

  it("is refused where a chunk is gone, which compaction may do", async () => {
    const own = rig();
    const chunks = await saved(own, Buffer.from("state"));
    const beside = chunks.map((offset) => offset + 1);
    await saved(own, Buffer.from("other"), { ...name, slot: 4 });
    await expect(readCheckpoint(own.port, name, pointer(beside), topic)).rejects.toMatchObject(corrupt);
  });

  it("is refused where another lane's chunk lies there", async () => {
    const own = rig();
    const chunks = await saved(own, Buffer.from("other"), { ...name, slot: 4 });
    await expect(readCheckpoint(own.port, name, pointer(chunks), topic)).rejects.toMatchObject(corrupt);
  });

  it("is refused where chunks are named in another order", async () => {
    const own = rig();
    const chunks = await saved(own, randomBytes(1_500_000));
    await expect(readCheckpoint(own.port, name, pointer(chunks.toReversed()), topic)).rejects.toMatchObject(corrupt);
  });

  it("is refused where its bytes were cut", async () => {
    const own = rig();
    const chunks = await saved(own, randomBytes(1_500_000));
    await expect(readCheckpoint(own.port, name, pointer(chunks.slice(0, 1)), topic)).rejects.toMatchObject(corrupt);
  });
});

describe("whether a lane without a position has state", () => {
  it("is no in an empty topic, and where only others have written", async () => {
    const own = rig();
    expect(await hasCheckpoint(own.port, name, 0, topic)).toBe(false);
    await saved(own, Buffer.from("other"), { ...name, slot: 4 });
    expect(await hasCheckpoint(own.port, name, 0, topic)).toBe(false);
  });

  it("is yes wherever in the topic it stands", async () => {
    const own = rig();
    for (let slot = 1; slot < 8; slot += 1) await saved(own, randomBytes(900_000), { ...name, slot });
    await saved(own, Buffer.from("own"));
    for (let slot = 1; slot < 8; slot += 1) await saved(own, randomBytes(900_000), { ...name, slot });
    expect(await hasCheckpoint(own.port, name, 0, topic)).toBe(true);
  });

  it("is no where the transaction that would have written it was aborted", async () => {
    const { port } = rig();
    const writer = await port.fence("lane");
    await writeCheckpoint(writer, name, 0, pack({ fingerprint: "f", state: Buffer.from("s") }), topic);
    await writer.abort();
    expect(await hasCheckpoint(port, name, 0, topic)).toBe(false);
  });
});

describe("where a lane's checkpoints go", () => {
  it("is within the topic, and the same each time", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 12 }), (slot, partitions) => {
        const partition = checkpointPartition({ ...name, slot }, partitions);
        expect(partition).toBeGreaterThanOrEqual(0);
        expect(partition).toBeLessThan(partitions);
        expect(checkpointPartition({ ...name, slot }, partitions)).toBe(partition);
      }),
    );
  });
});
