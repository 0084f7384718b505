import { describe, expect, it } from "vitest";
import { type ContractLog, ContractRig, drain, texts, valued, write } from "./contract-rig.ts";

export function readingContract(open: () => ContractLog): void {
  describe("reading", () => {
    it("gives records back as they were written", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const before = Date.now();
      await write(port, [
        {
          topic,
          partition: 0,
          key: Buffer.from("a"),
          value: Buffer.from([0, 255, 1]),
          headers: { one: Buffer.from("1"), two: [Buffer.from("x"), Buffer.from("y")] },
        },
        { topic, partition: 0, key: null, value: Buffer.from("") },
        { topic, partition: 0, key: Buffer.from("a"), value: null },
      ]);
      const { records, next, end, highWatermark } = await port.fetch({ topic, partition: 0 }, 0);
      expect(records.map(({ offset, key, value }) => ({ offset, key, value }))).toEqual([
        { offset: 0, key: Buffer.from("a"), value: Buffer.from([0, 255, 1]) },
        { offset: 1, key: null, value: Buffer.from("") },
        { offset: 2, key: Buffer.from("a"), value: null },
      ]);
      expect({ ...records[0]?.headers }).toEqual({ one: Buffer.from("1"), two: [Buffer.from("x"), Buffer.from("y")] });
      expect({ ...records[1]?.headers }).toEqual({});
      expect(records.every(({ timestampMs }) => timestampMs >= before - 1_000 && timestampMs <= Date.now() + 1_000)).toBe(true);
      expect({ next, end, highWatermark }).toEqual({ next: 3, end: 3, highWatermark: 3 });
    });

    it("begins at exactly the offset asked for, in the middle of a batch too", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      await write(port, valued(topic, 0, "a", "b", "c", "d"));
      const { records, next } = await port.fetch({ topic, partition: 0 }, 2);
      expect(records.map(({ offset }) => offset)).toEqual([2, 3]);
      expect(texts(records)).toEqual(["c", "d"]);
      expect(next).toBe(4);
    });

    it("answers at the end of a drained partition with nothing, and says that it is drained", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      expect(await port.fetch({ topic, partition: 0 }, 0)).toMatchObject({ records: [], next: 0, end: 0, highWatermark: 0 });
      await write(port, valued(topic, 0, "a"));
      expect(await port.fetch({ topic, partition: 0 }, 1)).toMatchObject({ records: [], next: 1, end: 1, highWatermark: 1 });
    });

    it("moves on whatever the limit of bytes", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const large = Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(20_000, "x"));
      for (const value of large) await write(port, valued(topic, 0, value));
      const { records } = await drain(port, { topic, partition: 0 }, 0, { maxBytes: 1 });
      expect(texts(records)).toEqual(large);
    });

    it("keeps order and number over many fetches", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const values = Array.from({ length: 5_000 }, (_, i) => `${i}`.padEnd(200, "."));
      await write(port, valued(topic, 0, ...values));
      const { records, next } = await drain(port, { topic, partition: 0 }, 0, { maxBytes: 100_000 });
      expect(texts(records)).toEqual(values);
      expect(next).toBe(5_000);
    });

    it("refuses an offset that is not in the log instead of jumping", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const place = { topic, partition: 0 };
      await write(port, valued(topic, 0, "a", "b", "c"));
      await expect(port.fetch(place, 4)).rejects.toMatchObject({ code: "GW_LANE_OFFSET_GAP" });
      await rig.deleteBefore(place, 2);
      await expect(port.fetch(place, 0)).rejects.toMatchObject({ code: "GW_LANE_OFFSET_GAP" });
      expect(texts((await port.fetch(place, 2)).records)).toEqual(["c"]);
    });

    it("says that a topic or a partition is missing", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      await expect(port.fetch({ topic: `${topic}-none`, partition: 0 }, 0)).rejects.toMatchObject({ code: "GW_TOPIC_MISSING" });
      await expect(port.fetch({ topic, partition: 1 }, 0)).rejects.toMatchObject({ code: "GW_TOPIC_MISSING" });
    });
  });
}
