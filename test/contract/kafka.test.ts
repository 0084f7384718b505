import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import { realKafka } from "../parts/kafka.ts";
import { ContractRig, drain, write } from "./contract-rig.ts";
import { kafkaLog, silent } from "./kafka-log.ts";
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

  it("is read by kafkajs as it comes, large batches too", { timeout: 30_000 }, async () => {
    const { rig, port } = await ContractRig.open(log());
    await using _ = rig;
    const topic = await rig.topic(1);
    const values = Array.from({ length: 500 }, (_, i) => `{"layer":${i % 24},"tokens":${i * 7919}}`);
    await write(
      port,
      values.map((value) => ({ topic, partition: 0, key: null, value: Buffer.from(value) })),
    );
    const program = join(import.meta.dirname, "stock-reader-worker.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [program, kafka?.address ?? "", topic, String(values.length)]);
    expect(JSON.parse(stdout)).toEqual(values);
  });

  it.for(["none", "gzip", "zstd"] as const)("writes with compression %s what it reads back", async (compression) => {
    const { rig, port } = await ContractRig.open(log());
    await using _ = rig;
    const topic = await rig.topic(1);
    const writing = await openKafka({ brokers: [kafka?.address ?? ""], clientId: "contract", compression }, silent);
    const value = Buffer.alloc(200_000, "the same again and again ");
    await write(writing, [{ topic, partition: 0, key: null, value }]);
    await writing.close();
    const { records } = await drain(port, { topic, partition: 0 });
    expect(records[0]?.value?.equals(value)).toBe(true);
  });
});
