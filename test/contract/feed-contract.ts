import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type ContractLog, ContractRig, ProbeTap, uniqueName, until, valued, write } from "./contract-rig.ts";

export function feedContract(open: () => ContractLog): void {
  describe("the feed", () => {
    it("gives each tap its partition from where it stands, and goes on as records come", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic(2);
      await write(port, [...valued(topic, 0, "a", "b"), ...valued(topic, 1, "c", "d")]);
      const [first, second] = [rig.tap(port, topic, 0), rig.tap(port, topic, 1)];
      second.next = 1;
      await until("both have what was there", () => first.records.length === 2 && second.records.length === 1);
      await write(port, [...valued(topic, 0, "e"), ...valued(topic, 1, "f")]);
      await until("both have what came", () => first.records.length === 3 && second.records.length === 2);
      expect(first.texts).toEqual(["a", "b", "e"]);
      expect(second.texts).toEqual(["d", "f"]);
    });

    it("says that a partition is drained, after records and where there never were any", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic(2);
      await write(port, valued(topic, 0, "a"));
      const taps = [rig.tap(port, topic, 0), rig.tap(port, topic, 1)];
      await until("empty answers at the high watermark", () => taps.every(({ last }) => last?.records.length === 0));
      expect(taps.map(({ last }) => last)).toMatchObject([
        { next: 1, end: 1, highWatermark: 1 },
        { next: 0, end: 0, highWatermark: 0 },
      ]);
    });

    it("shows committed records only, and moves on over the rest", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const tap = rig.tap(port, topic);
      const writer = await port.fence(uniqueName("tx"));
      await writer.send(valued(topic, 0, "undone"));
      await writer.abort();
      await until("the aborted transaction is behind", () => tap.next >= 2);
      await writer.send(valued(topic, 0, "a"));
      await until("the open transaction is seen coming", () => (tap.last?.highWatermark ?? 0) > tap.next);
      expect(tap.records).toEqual([]);
      await writer.commit(uniqueName("group"), []);
      await until("drained", () => tap.last !== undefined && tap.next === tap.last.highWatermark && tap.records.length > 0);
      expect(tap.texts).toEqual(["a"]);
    });

    it("leaves a full tap out, and only that one", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic(2);
      const [full, roomy] = [new ProbeTap(topic, 0), rig.tap(port, topic, 1)];
      full.full = true;
      port.feed.add(full);
      for (const value of ["a", "b", "c"]) {
        await write(port, [...valued(topic, 0, value), ...valued(topic, 1, value)]);
        await until("the other goes on", () => roomy.texts.at(-1) === value);
      }
      expect(full.fed).toBe(0);
      full.full = false;
      await until("it gets what it missed", () => full.records.length === 3);
      full.open = false;
    });

    it("forgets a closed tap", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const [closing, staying] = [rig.tap(port, topic), rig.tap(port, topic)];
      await until("both are fed", () => closing.fed > 0 && staying.fed > 0);
      closing.open = false;
      const { fed } = closing;
      await write(port, valued(topic, 0, "a"));
      await until("the other gets it", () => staying.records.length === 1);
      closing.open = true;
      await write(port, valued(topic, 0, "b"));
      await until("the other gets that too", () => staying.records.length === 2);
      expect(closing.fed).toBe(fed);
    });

    it("follows a tap that seeks", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      await write(port, valued(topic, 0, "a", "b", "c"));
      const tap = rig.tap(port, topic);
      await until("all read", () => tap.records.length === 3);
      tap.next = 1;
      await until("read again", () => tap.records.length === 5);
      expect(tap.texts).toEqual(["a", "b", "c", "b", "c"]);
    });

    it("reports an offset that is gone, feeds nothing until the tap moves, and lets others go on", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic(2);
      await write(port, [...valued(topic, 0, "a", "b", "c"), ...valued(topic, 1, "d")]);
      await rig.deleteBefore({ topic, partition: 0 }, 2);
      const [lost, other] = [rig.tap(port, topic, 0), rig.tap(port, topic, 1)];
      await until("the gap is reported", () => lost.gaps.length > 0 && other.records.length === 1);
      await write(port, valued(topic, 1, "e"));
      await until("the other goes on", () => other.records.length === 2);
      expect(lost.gaps[0]).toEqual({ earliest: 2, end: 3 });
      expect(lost.fed).toBe(0);
      lost.next = 2;
      await until("it goes on where it has moved to", () => lost.records.length === 1);
      expect(lost.texts).toEqual(["c"]);
    });

    it("waits for a topic that is not there yet without holding others up", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const late = uniqueName("late");
      const waiting = rig.tap(port, late);
      const other = rig.tap(port, topic);
      await write(port, valued(topic, 0, "a"));
      await until("the other is fed", () => other.records.length === 1);
      await port.admin.createTopics([{ name: late, partitions: 1, settings: {} }]);
      await write(port, valued(late, 0, "b"));
      await until("the late topic is fed", () => waiting.records.length === 1);
    });

    it("brings large records of many partitions through", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const partitions = 40;
      const topic = await rig.topic(partitions);
      const producer = await port.producer();
      const value = randomBytes(300_000);
      for (let partition = 0; partition < partitions; partition += 1) {
        for (let i = 0; i < 2; i += 1) await producer.send([{ topic, partition, key: null, value }]);
      }
      await producer.close();
      const taps = Array.from({ length: partitions }, (_, partition) => rig.tap(port, topic, partition));
      await until("all have theirs", () => taps.every(({ records }) => records.length === 2), 30_000);
      expect(taps.every(({ records }) => records.every((record) => record.value?.equals(value)))).toBe(true);
    });

    it("is silent neither without taps nor while its fetches are answered", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      expect(port.feed.silentMs).toBe(0);
      const topic = await rig.topic();
      const tap = rig.tap(port, topic);
      for (const value of ["a", "b", "c"]) {
        const { fed } = tap;
        await write(port, valued(topic, 0, value));
        await until("it is fed", () => tap.fed > fed && tap.texts.at(-1) === value);
        expect(port.feed.silentMs).toBeLessThan(3_000);
      }
      tap.full = true;
      const { fed } = tap;
      await write(port, valued(topic, 0, "d"));
      expect(port.feed.silentMs).toBeLessThan(3_000);
      tap.full = false;
      await until("it goes on", () => tap.fed > fed);
    });

    it("gives up on no fetch that answers", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const tap = rig.tap(port, await rig.topic());
      await until("fed", () => tap.fed > 0);
      expect(port.feed.check(10_000)).toBe(0);
    });
  });
}
