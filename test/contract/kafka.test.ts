import { describe } from "vitest";
import { realKafka } from "../parts/kafka.ts";
import { kafkaLog } from "./kafka-log.ts";
import { logContract } from "./log-contract.ts";

const kafka = await realKafka();

describe.skipIf(kafka === undefined)("with a broker", () => {
  logContract("Kafka", () => kafkaLog(kafka?.address ?? ""));
});
