import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { realKafka } from "../parts/kafka.ts";
import { ContractRig, drain, write } from "./contract-rig.ts";
import { kafkaLog } from "./kafka-log.ts";
import { logContract } from "./log-contract.ts";

const kafka = await realKafka();

describe.skipIf(kafka === undefined)("with a broker", () => {
  const log = () => kafkaLog(kafka?.address ?? "");

  logContract("Kafka", log);

  // A broker writes anew what comes in another compression than the topic's.
  it.for(["gzip", "snappy", "lz4", "zstd", "uncompressed"])("reads what others have compressed with %s", async (compression) => {
    const { rig, port } = await ContractRig.open(log());
    await using _ = rig;
    const topic = await rig.topic(1, { "compression.type": compression });
    const noise = randomBytes(70_000);
    const values = [
      Buffer.from(""),
      Buffer.from("short"),
      Buffer.alloc(300_000, "the same again and again "),
      noise,
      Buffer.concat([noise, Buffer.from("-"), noise]),
      ...Array.from({ length: 2_000 }, (_, i) => Buffer.from(`{"layer":${i % 24},"tokens":${i * 7919},"model":"mixture-of-experts"}`)),
    ];
    await write(
      port,
      values.map((value) => ({ topic, partition: 0, key: null, value })),
    );
    const { records } = await drain(port, { topic, partition: 0 });
    expect(records.length).toBe(values.length);
    expect(records.every(({ value }, i) => value?.equals(values[i] ?? Buffer.alloc(0)))).toBe(true);
  });
});
