import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { placeKey } from "../../infra/kafka/port.ts";
import { type ContractLog, ContractRig, drain, texts, uniqueName, valued, write } from "./contract-rig.ts";

/** Of twelve partitions; by org.apache.kafka.common.utils.Utils of Kafka 4.3.1. */
const javaPartitions = [
  ["", 9],
  ["a", 4],
  ["ab", 2],
  ["abc", 3],
  ["abcd", 8],
  ["21", 0],
  ["foobar", 6],
  ["a-little-bit-longer-string", 11],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 5],
  ["ümläut-中", 3],
] as const;

export function writingContract(open: () => ContractLog): void {
  describe("writing", () => {
    it("picks the partition of a key as Kafka's Java client does", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic(12);
      const writer = await port.fence(uniqueName("tx"));
      const keyed = javaPartitions.map(([key]) => ({ topic, key: Buffer.from(key), value: Buffer.from("") }));
      await write(port, keyed);
      await writer.send(keyed);
      await writer.commit(uniqueName("group"), []);
      for (const [key, partition] of javaPartitions) {
        const { records } = await drain(port, { topic, partition });
        expect(records.filter((record) => String(record.key) === key)).toHaveLength(2);
      }
    });

    it("keeps the order of sends that do not wait for one another", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const producer = await port.producer();
      const values = Array.from({ length: 50 }, (_, i) => `${i}`);
      await Promise.all(values.map((value) => producer.send(valued(topic, 0, value))));
      await producer.close();
      expect(texts((await drain(port, { topic, partition: 0 })).records)).toEqual(values);
    });

    it("writes any number of records in one call, and says where they begin", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic(2);
      await write(port, valued(topic, 1, "before"));
      const blob = randomBytes(100_000).toString("latin1");
      const values = Array.from({ length: 35 }, (_, i) => `${i} ${blob}`);
      const writer = await port.fence(uniqueName("tx"));
      const records = [...valued(topic, 0, ...values), ...valued(topic, 1, "a", "b")];
      const first = await writer.send(records);
      const second = await writer.send(valued(topic, 1, "c"));
      await writer.commit(uniqueName("group"), []);
      expect(Object.fromEntries(first)).toEqual({ [placeKey(topic, 0)]: 0, [placeKey(topic, 1)]: 1 });
      expect(Object.fromEntries(second)).toEqual({ [placeKey(topic, 1)]: 3 });
      expect(texts((await drain(port, { topic, partition: 0 })).records)).toEqual(values);
      expect(texts((await drain(port, { topic, partition: 1 })).records)).toEqual(["before", "a", "b", "c"]);
    });

    it("refuses a record that the topic cannot take, and goes on", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topic = await rig.topic();
      const roomy = await rig.topic(1, { "max.message.bytes": "2000000" });
      const value = randomBytes(1_200_000);
      const producer = await port.producer();
      const record = { partition: 0, key: null, value };
      await producer.send(valued(topic, 0, "before"));
      await expect(producer.send([{ topic, ...record }])).rejects.toMatchObject({ code: "GW_RECORD_TOO_LARGE" });
      await producer.send([{ topic: roomy, ...record }, ...valued(topic, 0, "after")]);
      await producer.close();
      const writer = await port.fence(uniqueName("tx"));
      await expect(writer.send([{ topic, ...record }])).rejects.toMatchObject({ code: "GW_RECORD_TOO_LARGE" });
      expect((await drain(port, { topic: roomy, partition: 0 })).records[0]?.value?.equals(value)).toBe(true);
      expect(texts((await port.fetch({ topic, partition: 0 }, 0)).records)).toEqual(["before", "after"]);
    });

    it("says that a topic is missing", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const missing = uniqueName("missing");
      await expect(write(port, valued(missing, 0, "a"))).rejects.toMatchObject({ code: "GW_TOPIC_MISSING" });
      const writer = await port.fence(uniqueName("tx"));
      await expect(writer.send(valued(missing, 0, "a"))).rejects.toMatchObject({ code: "GW_TOPIC_MISSING" });
    });
  });
}
