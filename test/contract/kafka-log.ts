import { Cluster } from "../../infra/kafka/kafkajs/cluster.ts";
import { dial } from "../../infra/kafka/kafkajs/dialling.ts";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import { check } from "../../infra/kafka/kafkajs/refusal.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import type { Place } from "../../operators/stream/record.ts";
import type { ContractLog } from "./contract-rig.ts";

export const silent = openLog({ level: "silent", write: () => undefined });

export const connectTo = (address: string): Promise<LogPort> => openKafka({ brokers: [address], clientId: "contract" }, silent);

export const kafkaLog = (address: string): ContractLog => ({
  connect: () => connectTo(address),
  deleteBefore: (place, offset) => deleteRecords(address, place, offset),
});

/** What retention would do in its own time. */
async function deleteRecords(address: string, { topic, partition }: Place, offset: number): Promise<void> {
  const settings = { brokers: [address], clientId: "contract" };
  const cluster = new Cluster(dial(settings, silent).dialling, settings);
  try {
    const topics = [{ topic, partitions: [{ partition, offset: String(offset) }] }];
    const answer = await cluster.aside.call(await cluster.leaderOf({ topic, partition }), "DeleteRecords", { topics, timeout: 5_000 });
    for (const { partitions } of answer.topics) for (const { errorCode } of partitions) check(errorCode);
  } finally {
    await cluster.close();
  }
}
