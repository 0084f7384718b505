import { z } from "zod";

const secret = (what: string) => z.string().optional().describe(`${what}; a secret, best given as \${env:NAME} or \${file:path}`);

/** How to reach Kafka. Without brokers, commands look for the running local stack. */
export const kafkaSettings = z.strictObject({
  brokers: z
    .array(z.string().regex(/^[^:\s]+:\d+$|^\[[^\]]+\]:\d+$/, "host:port is wanted"))
    .default([])
    .describe("brokers to begin with, as host:port, comma separated"),
  clientId: z.string().min(1).default("gatewatch").describe("name of this program in the brokers' logs and quotas"),
  partitions: z
    .int()
    .positive()
    .optional()
    .describe("partitions of topics that are made; where left out 4 with brokers on this machine and 12 otherwise; tables always have one"),
  compression: z
    .enum(["none", "gzip", "zstd"])
    .default("gzip")
    .describe("of what is written; every client reads gzip, zstd costs less and some readers need a codec for it"),
  ssl: z.boolean().default(false).describe("whether to speak TLS"),
  sslCaFile: z.string().optional().describe("certificate authority to trust, a PEM file; the system's where left out"),
  sslCertFile: z.string().optional().describe("client certificate, a PEM file"),
  sslKeyFile: z.string().optional().describe("key of the client certificate, a PEM file"),
  saslMechanism: z.enum(["plain", "scram-sha-256", "scram-sha-512"]).optional().describe("how to authenticate; not at all where left out"),
  saslUsername: z.string().optional().describe("user to authenticate as"),
  saslPassword: secret("its password"),
});

/** Section `registry`. Where no address is given, that of the local stack is used. */
export const registrySettings = z.strictObject({
  url: z.url().optional().describe("address of a schema registry with the Confluent API"),
  username: z.string().optional().describe("user, for basic authentication"),
  password: secret("its password"),
});

/** Section `clickhouse`. Without an address there are no sinks, unless a local stack runs. */
export const clickhouseSettings = z.strictObject({
  url: z.url().optional().describe("address of ClickHouse over HTTP"),
  user: z.string().min(1).default("default").describe("user that makes tables and writes"),
  password: secret("its password"),
});
