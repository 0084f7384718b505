import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { resolveSettings } from "../../infra/config/resolve.ts";
import type { RunningStack } from "../../infra/local-stack/running.ts";
import { pipelines } from "../../pipelines/index.ts";
import { clickhouseAccess, dataDir, kafkaAccess, registryAccess } from "./addresses.ts";

const folder = mkdtempSync(join(tmpdir(), "gatewatch-addresses-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "password"), "hush\n");
writeFileSync(join(folder, "ca.pem"), "CERT");

const settings = (...set: string[]) => resolveSettings({ pipelines, environment: {}, set });
const stack: RunningStack = {
  pid: 1,
  began: "",
  startedAt: "",
  profile: "local",
  addresses: { kafka: "127.0.0.1:9092", registry: "http://127.0.0.1:8081", clickhouse: "http://127.0.0.1:8123" },
  clickhouseUser: "gatewatch",
  clickhousePasswordFile: join(folder, "password"),
  ready: true,
};

describe("where the neighbours are", () => {
  it("is what is configured, over what runs here", () => {
    const own = settings("kafka.brokers=a:1,b:2", "registry.url=http://r:1", "clickhouse.url=http://c:1", "clickhouse.password=p");
    expect(kafkaAccess(own, stack).brokers).toEqual(["a:1", "b:2"]);
    expect(registryAccess(own, stack).url).toBe("http://r:1");
    expect(clickhouseAccess(own, stack)).toEqual({ url: "http://c:1", user: "default", password: "p" });
  });

  it("is else the stack that runs here, with the user and password it has made", () => {
    expect(kafkaAccess(settings(), stack).brokers).toEqual(["127.0.0.1:9092"]);
    expect(registryAccess(settings(), stack).url).toBe("http://127.0.0.1:8081");
    expect(clickhouseAccess(settings(), stack)).toEqual({ url: "http://127.0.0.1:8123", user: "gatewatch", password: "hush" });
  });

  it("is told to be nowhere where there is neither, with the variable to set", () => {
    const memory = { ...stack, profile: "memory", addresses: {} };
    expect(() => kafkaAccess(settings(), memory)).toThrow(
      expect.objectContaining({
        code: "GW_PART_MISSING",
        message: expect.stringMatching(/KAFKA_BROKERS.*profile memory.*another process/),
      }),
    );
    expect(() => registryAccess(settings(), memory)).toThrow(/SCHEMA_REGISTRY_URL/);
    expect(() => clickhouseAccess(settings(), memory)).toThrow(/CLICKHOUSE_URL/);
  });

  it("never sends a stack's password to a ClickHouse that was configured", () => {
    expect(clickhouseAccess(settings("clickhouse.url=http://elsewhere:8123"), stack).password).toBe("");
  });
});

describe("how Kafka is spoken to", () => {
  it("is plain unless told otherwise", () => {
    const access = kafkaAccess(settings(), stack);
    expect([access.ssl, "sasl" in access]).toEqual([false, false]);
  });

  it("is TLS with the given authority, read from its file", () => {
    expect(kafkaAccess(settings(`kafka.sslCaFile=${join(folder, "ca.pem")}`), stack).ssl).toMatchObject({ ca: "CERT" });
    expect(kafkaAccess(settings("kafka.ssl=true"), stack).ssl).toBe(true);
  });

  it("is refused where a certificate cannot be read, before anything is connected", () => {
    expect(() => kafkaAccess(settings("kafka.sslCaFile=/nowhere/ca.pem"), stack)).toThrow(
      expect.objectContaining({ code: "GW_CONFIG_INVALID", message: expect.stringContaining("/nowhere/ca.pem") }),
    );
  });

  it("has a name and a password where a mechanism is set", () => {
    const access = kafkaAccess(settings("kafka.saslMechanism=plain", "kafka.saslUsername=u", "kafka.saslPassword=p"), stack);
    expect(access.sasl).toEqual({ mechanism: "plain", username: "u", password: "p" });
  });
});

describe("the data directory", () => {
  it("is where the environment says, else in the checkout", () => {
    vi.stubEnv("GATEWATCH_DATA_DIR", folder);
    expect(dataDir()).toBe(folder);
    vi.stubEnv("GATEWATCH_DATA_DIR", undefined);
    expect(dataDir()).toBe(join(import.meta.dirname, "../..", ".gatewatch"));
  });
});
