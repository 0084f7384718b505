import { describe, expect, it } from "vitest";
import { placeKey } from "../../infra/kafka/port.ts";
import { type ContractLog, ContractRig, drain, texts, uniqueName, until, valued, write } from "./contract-rig.ts";

export function transactionContract(open: () => ContractLog): void {
  describe("transactions", () => {
    it("shows records only once they are committed, and none of an aborted transaction", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const place = { topic, partition: 0 };
      const writer = await port.fence(uniqueName("tx"));
      await writer.send(valued(topic, 0, "a", "b"));
      expect(await port.fetch(place, 0)).toMatchObject({ records: [], next: 0, end: 0, highWatermark: 2 });
      await writer.commit(uniqueName("group"), []);
      expect(texts((await drain(port, place)).records)).toEqual(["a", "b"]);

      await writer.send(valued(topic, 0, "c"));
      await writer.abort();
      await writer.send(valued(topic, 0, "d"));
      await writer.commit(uniqueName("group"), []);
      const { records, next } = await drain(port, place);
      expect(texts(records)).toEqual(["a", "b", "d"]);
      expect(next).toBeGreaterThan((records.at(-1)?.offset ?? 0) + 1);
    });

    it("hides aborted records where transactions lie over each other", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const [a, b, c] = await Promise.all([port.fence(uniqueName("a")), port.fence(uniqueName("b")), port.fence(uniqueName("c"))]);
      // a begins first and aborts last, so the broker lists b before a; c commits in between.
      await a.send(valued(topic, 0, "a aborted"));
      await b.send(valued(topic, 0, "b aborted"));
      await c.send(valued(topic, 0, "c committed"));
      await b.abort();
      await b.send(valued(topic, 0, "b committed"));
      await a.send(valued(topic, 0, "a aborted too"));
      await c.commit(uniqueName("group"), []);
      await a.abort();
      await a.send(valued(topic, 0, "a committed"));
      await b.commit(uniqueName("group"), []);
      await a.commit(uniqueName("group"), []);
      expect(texts((await drain(port, { topic, partition: 0 })).records)).toEqual(["c committed", "b committed", "a committed"]);
    });

    it("holds readers back at the first record of an open transaction", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const place = { topic, partition: 0 };
      const writer = await port.fence(uniqueName("tx"));
      await write(port, valued(topic, 0, "first"));
      await writer.send(valued(topic, 0, "open"));
      await write(port, valued(topic, 0, "behind"));
      const held = await port.fetch(place, 0);
      expect(texts(held.records)).toEqual(["first"]);
      expect(held).toMatchObject({ next: 1, end: 1, highWatermark: 3 });
      expect(await port.fetch(place, 2)).toMatchObject({ records: [], next: 2 });
      await writer.commit(uniqueName("group"), []);
      expect(texts((await drain(port, place)).records)).toEqual(["first", "open", "behind"]);
    });

    it("shows a record that is known to be committed, whatever stands open before it", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const place = { topic, partition: 0 };
      const [dead, lane] = await Promise.all([port.fence(uniqueName("dead")), port.fence(uniqueName("lane"))]);
      await dead.send(valued(topic, 0, "left open"));
      const first = await lane.send(valued(topic, 0, "committed"));
      await lane.commit(uniqueName("group"), []);
      const offset = first.get(placeKey(topic, 0)) ?? -1;
      expect((await port.fetch(place, offset)).records).toEqual([]);
      const { records } = await port.fetch(place, offset, { uncommitted: true });
      expect(texts(records.slice(0, 1))).toEqual(["committed"]);
      expect(records[0]?.offset).toBe(offset);
    });

    it("fences: the former owner is refused, what it had open is undone, and positions are final", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const other = await rig.connect();
      const topic = await rig.topic();
      const place = { topic, partition: 0 };
      const id = uniqueName("tx");
      const group = uniqueName("group");
      const former = await port.fence(id);
      await former.send(valued(topic, 0, "committed"));
      await former.commit(group, [{ ...place, offset: 7, metadata: "first" }]);
      await former.send(valued(topic, 0, "left open"));

      const owner = await other.fence(id);
      expect(await other.admin.positions(group, [place])).toEqual([{ offset: 7, metadata: "first" }]);
      await expect(former.commit(group, [{ ...place, offset: 8, metadata: "zombie" }])).rejects.toMatchObject({ code: "GW_LANE_FENCED" });
      await expect(former.send(valued(topic, 0, "zombie"))).rejects.toMatchObject({ code: "GW_LANE_FENCED" });
      expect(await other.admin.positions(group, [place])).toEqual([{ offset: 7, metadata: "first" }]);

      await owner.send(valued(topic, 0, "owner"));
      await owner.commit(group, [{ ...place, offset: 9, metadata: "second" }]);
      await until("its position is there", async () => (await port.admin.positions(group, [place]))[0]?.offset === 9);
      expect(texts((await drain(port, place)).records)).toEqual(["committed", "owner"]);
    });

    it("refuses a former owner at its first request, idle or not", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const id = uniqueName("tx");
      const former = await port.fence(id);
      await port.fence(id);
      await expect(former.send(valued(topic, 0, "zombie"))).rejects.toMatchObject({ code: "GW_LANE_FENCED" });
      const second = await port.fence(id);
      await port.fence(id);
      await expect(second.commit(uniqueName("group"), [{ topic, partition: 0, offset: 1, metadata: "" }])).rejects.toMatchObject({
        code: "GW_LANE_FENCED",
      });
      expect((await drain(port, { topic, partition: 0 })).records).toEqual([]);
    });

    it("commits positions with their metadata, with and without records", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic(3);
      const group = uniqueName("group");
      const places = [0, 1, 2].map((partition) => ({ topic, partition }));
      const id = uniqueName("tx");
      let writer = await port.fence(id);
      await writer.commit(group, [
        { topic, partition: 2, offset: 5, metadata: "" },
        { topic, partition: 0, offset: 2 ** 40, metadata: "ü".repeat(2_048) },
      ]);
      // A position is final once the id is fenced; before that it may still be the former one for a moment.
      writer = await port.fence(id);
      expect(await port.admin.positions(group, places)).toEqual([
        { offset: 2 ** 40, metadata: "ü".repeat(2_048) },
        { offset: -1, metadata: "" },
        { offset: 5, metadata: "" },
      ]);
      for (let offset = 6; offset < 16; offset += 1)
        await writer.commit(group, [{ topic, partition: 2, offset, metadata: `at ${offset}` }]);
      await port.fence(id);
      expect((await port.admin.positions(group, places))[2]).toEqual({ offset: 15, metadata: "at 15" });
      expect(await port.admin.positions(uniqueName("group"), places)).toEqual(places.map(() => ({ offset: -1, metadata: "" })));
    });

    it("refuses metadata beyond 4,096 bytes", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const group = uniqueName("group");
      const writer = await port.fence(uniqueName("tx"));
      await expect(writer.commit(group, [{ topic, partition: 0, offset: 1, metadata: `${"ü".repeat(2_048)}x` }])).rejects.toMatchObject({
        code: "GW_KAFKA_PROTOCOL",
      });
      expect(await port.admin.positions(group, [{ topic, partition: 0 }])).toEqual([{ offset: -1, metadata: "" }]);
    });

    it("undoes positions with the transaction that is aborted", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const writer = await port.fence(uniqueName("tx"));
      await writer.abort();
      await writer.send(valued(topic, 0, "gone"));
      await writer.abort();
      await writer.abort();
      expect((await drain(port, { topic, partition: 0 })).records).toEqual([]);
    });
  });
}
