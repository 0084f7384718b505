import { describe, expect, it } from "vitest";
import { openMemoryLog } from "../kafka/memory/log.ts";
import { pack, readCheckpoint, writeCheckpoint } from "./checkpoints.ts";

const name = { group: "g", pipeline: "p", part: "main", slot: 0 };
const topic = "checkpoints";

describe("a checkpoint", () => {
  it("is read back where another lane's transaction stands open before it in the same partition", async () => {
    const log = openMemoryLog();
    log.create({ name: topic, partitions: 1, settings: {} });
    const port = log.connect();
    const dead = await port.fence("dead");
    await dead.send([{ topic, partition: 0, key: Buffer.from("other"), value: Buffer.from("left open") }]);
    const writer = await port.fence("lane");
    const saved = { fingerprint: "f", state: Buffer.from("state") };
    const chunks = await writeCheckpoint(writer, name, 0, pack(saved), topic);
    await writer.commit("g", []);
    expect(await readCheckpoint(port, name, { offsets: [], partition: 0, chunks }, topic)).toEqual(saved);
    await port.close();
  });
});
