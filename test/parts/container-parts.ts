import { randomBytes } from "node:crypto";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { anyFreePort } from "../../infra/local-stack/ports.ts";
import { registryPath, versions } from "../../infra/local-stack/versions.ts";
import type { PartName, SharedPart } from "./shared-part.ts";

type Running = SharedPart & { stop(): Promise<void> };

/** The same versions as the local parts, for machines without Java or chdb but with an engine. */
export const containerPart = (name: PartName): Promise<Running> => containers[name]();

const containers: Record<PartName, () => Promise<Running>> = {
  async kafka() {
    // Clients come back to the advertised address, so the port outside must be known before the broker starts.
    const port = await anyFreePort();
    const container = await new GenericContainer(`apache/kafka:${versions.kafka}`)
      .withEnvironment(kafkaSettings(port))
      .withExposedPorts({ container: 9092, host: port })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .start();
    return { address: `127.0.0.1:${port}`, stop: () => ended(container) };
  },
  async registry() {
    const container = await new GenericContainer(`apicurio/apicurio-registry:${versions.registry}`)
      .withEnvironment({ APICURIO_CCOMPAT_USE_CANONICAL_HASH: "true" })
      .withExposedPorts(8080)
      .withWaitStrategy(Wait.forHttp(`${registryPath}/subjects`, 8080))
      .start();
    return { address: `http://127.0.0.1:${container.getMappedPort(8080)}${registryPath}`, stop: () => ended(container) };
  },
  async clickhouse() {
    const password = randomBytes(12).toString("hex");
    const container = await new GenericContainer(`clickhouse/clickhouse-server:${versions.clickhouse}`)
      .withEnvironment({ CLICKHOUSE_USER: "gatewatch", CLICKHOUSE_PASSWORD: password, CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT: "1" })
      .withExposedPorts(8123)
      .withWaitStrategy(Wait.forHttp("/ping", 8123))
      .start();
    return { address: `http://127.0.0.1:${container.getMappedPort(8123)}`, password, stop: () => ended(container) };
  },
};

/** The image takes all of its settings from the environment once it is given one. */
const kafkaSettings = (port: number): Record<string, string> => ({
  KAFKA_PROCESS_ROLES: "broker,controller",
  KAFKA_NODE_ID: "1",
  KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9093",
  KAFKA_LISTENERS: "PLAINTEXT://:9092,CONTROLLER://:9093",
  KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
  KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
  KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: "1",
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
});

const ended = async (container: StartedTestContainer): Promise<void> => {
  await container.stop();
};
