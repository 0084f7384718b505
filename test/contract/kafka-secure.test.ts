import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import type { SaslSettings } from "../../infra/kafka/settings.ts";
import { lookAtMachine } from "../../infra/local-stack/machine.ts";
import { SecureKafka } from "../parts/secure-kafka.ts";
import { ContractRig, drain, texts, uniqueName, until, valued, write } from "./contract-rig.ts";
import { silent } from "./kafka-log.ts";

const { java, maven } = await lookAtMachine();

describe.skipIf(!java.found || !maven.found)("Kafka behind TLS and SASL", () => {
  let kafka: SecureKafka;
  beforeAll(async () => {
    kafka = await SecureKafka.start();
  });
  afterAll(() => kafka[Symbol.asyncDispose]());

  const connect = (sasl: SaslSettings) => openKafka({ brokers: [kafka.address], clientId: "secure", ssl: { ca: kafka.ca }, sasl }, silent);
  const named = (mechanism: SaslSettings["mechanism"], password = "right") => ({ mechanism, username: "gatewatch", password });

  it.for(["plain", "scram-sha-256", "scram-sha-512"] as const)(
    "serves reading, writing, transactions and membership by %s",
    async (mechanism) => {
      const rig = new ContractRig({ connect: () => connect(named(mechanism)), deleteBefore: async () => undefined });
      await using _ = rig;
      const port = await rig.connect();
      const topic = await rig.topic(2);
      const tap = rig.tap(port, topic);
      await write(port, valued(topic, 0, "plain"));
      const writer = await port.fence(uniqueName("tx"));
      await writer.send(valued(topic, 0, "transaction"));
      await writer.commit(uniqueName("group"), [{ topic, partition: 1, offset: 0, metadata: "" }]);
      expect(texts((await drain(port, { topic, partition: 0 })).records)).toEqual(["plain", "transaction"]);
      await until("fed", () => tap.records.length === 2);
      let lanes = 0;
      const membership = await port.join({
        group: uniqueName("group"),
        topics: [topic],
        sessionTimeoutMs: 6_000,
        heartbeatMs: 200,
        rebalanceTimeoutMs: 6_000,
        assigned: ({ size }) => {
          lanes = size;
        },
        rebalancing: () => undefined,
        heartbeat: () => undefined,
        lost: () => undefined,
      });
      await until("joined", () => lanes === 2);
      await membership.leave();
    },
  );

  it("refuses a wrong password at once, and says so", async () => {
    for (const mechanism of ["plain", "scram-sha-512"] as const) {
      const began = Date.now();
      await expect(connect(named(mechanism, "wrong"))).rejects.toMatchObject({
        code: "GW_KAFKA_AUTH",
        message: expect.stringContaining(kafka.address),
      });
      expect(Date.now() - began).toBeLessThan(5_000);
    }
  });

  it("refuses a certificate of an unknown authority, and says so", async () => {
    const strange = openKafka({ brokers: [kafka.address], clientId: "secure", ssl: true, sasl: named("plain") }, silent);
    await expect(strange).rejects.toMatchObject({ message: expect.stringMatching(/certificate/) });
  });
});
