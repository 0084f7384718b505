import type { Logger } from "../../telemetry/log.ts";
import type { LogPort } from "../port.ts";
import type { KafkaSettings } from "../settings.ts";
import { Cluster } from "./cluster.ts";
import { dial } from "./dialling.ts";
import { kafkaFault } from "./kafka-fault.ts";
import { KafkaPort } from "./kafka-port.ts";
import { retrying } from "./retrying.ts";

const limitMs = 3_000;

/** Connects to Kafka 2.3 or newer. GW_KAFKA_UNREACHABLE where no broker answers within some seconds, GW_KAFKA_AUTH. */
export async function openKafka(settings: KafkaSettings, logger: Logger): Promise<LogPort> {
  const { kafka, dialling } = dial(settings, logger);
  const cluster = new Cluster(dialling, settings);
  try {
    await retrying(limitMs, () => cluster.directory.refresh());
  } catch (error) {
    await cluster.close();
    throw kafkaFault(error, `connecting to Kafka at ${settings.brokers.join(", ")}`);
  }
  return new KafkaPort(kafka, cluster, settings.brokers, logger);
}
