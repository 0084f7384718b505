import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type ContractLog, ContractRig, drain, texts, uniqueName, valued, write } from "./contract-rig.ts";

export function adminContract(open: () => ContractLog): void {
  describe("administration", () => {
    it("makes topics once, and says which it made", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const [one, two, none] = [uniqueName("one"), uniqueName("two"), uniqueName("none")];
      const specs = [one, two].map((name) => ({ name, partitions: 2, settings: { "cleanup.policy": "compact" } }));
      expect(await port.admin.createTopics(specs.slice(0, 1))).toEqual([one]);
      expect(await port.admin.createTopics(specs)).toEqual([two]);
      expect(await port.admin.createTopics(specs)).toEqual([]);
      expect(await port.admin.createTopics([{ name: one, partitions: 5, settings: {} }])).toEqual([]);
      expect(Object.fromEntries(await port.admin.partitions([one, none, two]))).toEqual({ [one]: 2, [two]: 2 });
      expect(await port.admin.listTopics()).toEqual(expect.arrayContaining([one, two]));
      expect(await port.admin.listTopics()).not.toContain(none);
    });

    it("deletes topics, whether they are there or not", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      await write(port, valued(topic, 0, "a"));
      await port.admin.deleteTopics([topic, uniqueName("none")]);
      expect((await port.admin.partitions([topic])).size).toBe(0);
      await port.admin.deleteTopics([topic]);
      await port.admin.createTopics([{ name: topic, partitions: 1, settings: {} }]);
      expect((await drain(port, { topic, partition: 0 })).records).toEqual([]);
    });

    it("says where partitions begin and end, in the order asked", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic(3);
      await write(port, [...valued(topic, 0, "a", "b", "c"), ...valued(topic, 2, "d")]);
      await rig.deleteBefore({ topic, partition: 0 }, 1);
      expect(await port.admin.range([2, 0, 1].map((partition) => ({ topic, partition })))).toEqual([
        { earliest: 0, end: 1 },
        { earliest: 1, end: 3 },
        { earliest: 0, end: 0 },
      ]);
      expect(await port.admin.range([])).toEqual([]);
      await expect(port.admin.range([{ topic: uniqueName("none"), partition: 0 }])).rejects.toMatchObject({ code: "GW_TOPIC_MISSING" });
    });

    it("counts records of open transactions to the end", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const writer = await port.fence(uniqueName("tx"));
      await writer.send(valued(topic, 0, "a", "b"));
      expect(await port.admin.range([{ topic, partition: 0 }])).toEqual([{ earliest: 0, end: 2 }]);
      await writer.abort();
    });

    it("finds the first offset at or after a time", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const place = { topic, partition: 0 };
      await write(port, valued(topic, 0, "a", "b"));
      // Two writes must not share a millisecond.
      await pause(5);
      await write(port, valued(topic, 0, "c"));
      const { records } = await drain(port, place);
      expect(texts(records)).toEqual(["a", "b", "c"]);
      const [first, , third] = records.map(({ timestampMs }) => timestampMs);
      expect(await port.admin.offsetAt(place, 0)).toBe(0);
      expect(await port.admin.offsetAt(place, first ?? 0)).toBe(0);
      expect(await port.admin.offsetAt(place, third ?? 0)).toBe(2);
      expect(await port.admin.offsetAt(place, (third ?? 0) + 60_000)).toBe(3);
    });

    it("describes the other end in a sentence", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const { address, detail } = await port.admin.describe();
      expect(address).not.toBe("");
      expect(detail).not.toBe("");
    });
  });
}
