import { createServer } from "node:http";
import pino from "pino";
import { describe, expect, it, vi } from "vitest";
import { anyFreePort } from "../../infra/local-stack/ports.ts";
import { openRegistryCodec } from "../../infra/registry/registry-codec.ts";
import { framingFault, writeHeader } from "../../infra/registry/wire.ts";
import { internalTopic } from "../../schemas/topics/internal.ts";
import { realRegistry } from "../parts/registry.ts";
import { codecContract } from "./codec-contract.ts";

const registry = await realRegistry();
const logger = pino({ level: "silent" });
const schema = { type: "record", name: "Small", namespace: "codec.test", fields: [{ name: "n", type: "long" }] };

describe.skipIf(registry === undefined)("over a real registry", () => {
  const url = registry?.address ?? "";

  codecContract("the codec over a registry", async () => ({
    codec: () => openRegistryCodec({ url }, logger),
    put: async (topic, other) =>
      (await call(url, "POST", `/subjects/${topic}-value/versions`, { schema: JSON.stringify(other) })).id as number,
  }));

  it("names the subject after the topic on the wire and makes it BACKWARD", async () => {
    const topic = internalTopic({ name: "codec-names", schema, eventTime: null });
    await openRegistryCodec({ url, named: (name) => `side.${name}` }, logger).register([topic]);
    expect(await call(url, "GET", "/config/side.codec-names-value")).toEqual({ compatibilityLevel: "BACKWARD" });
    expect(await call(url, "GET", "/subjects/side.codec-names-value/versions")).toEqual([1]);
  });

  it("leaves a stricter compatibility as it is", async () => {
    const topic = internalTopic({ name: "codec-strict", schema, eventTime: null });
    await call(url, "PUT", "/config/codec-strict-value", { compatibility: "FULL_TRANSITIVE" });
    await openRegistryCodec({ url }, logger).register([topic]);
    expect(await call(url, "GET", "/config/codec-strict-value")).toEqual({ compatibilityLevel: "FULL_TRANSITIVE" });
  });

  it("lets twenty callers register the same new subject at once", async () => {
    const topic = internalTopic({ name: "codec-race", schema, eventTime: null });
    await Promise.all(Array.from({ length: 20 }, () => openRegistryCodec({ url }, logger).register([topic])));
    expect(await call(url, "GET", "/subjects/codec-race-value/versions")).toEqual([1]);
  });

  it("takes other kinds of schema for foreign", async () => {
    const topic = internalTopic({ name: "codec-json", schema, eventTime: null });
    const body = { schemaType: "JSON", schema: '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}' };
    const { id } = (await call(url, "POST", "/subjects/codec-json-kind-value/versions", body)) as { id: number };
    const codec = openRegistryCodec({ url }, logger);
    await codec.warm([id]);
    const value = Buffer.alloc(6);
    writeHeader(value, id);
    expect(() => codec.decode(topic, { offset: 0, timestampMs: 0, key: null, value, headers: {} })).toThrow(/not an Avro schema/);
  });
});

describe("a registry that cannot be reached", () => {
  it("says so, and is asked again the next time", async () => {
    const url = `http://127.0.0.1:${await anyFreePort()}`;
    const codec = openRegistryCodec({ url }, logger);
    await expect(codec.warm([7])).rejects.toMatchObject({
      code: "GW_REGISTRY_UNREACHABLE",
      message: expect.stringContaining("ECONNREFUSED"),
    });
    await expect(codec.register([internalTopic({ name: "t", schema, eventTime: null })])).rejects.toMatchObject({
      code: "GW_REGISTRY_UNREACHABLE",
    });
    const server = await answering(url, () => [200, { schema: JSON.stringify(schema) }]);
    await codec.warm([7]);
    const value = Buffer.from([0, 0, 0, 0, 7, 84]);
    const topic = internalTopic({ name: "t", schema, eventTime: null });
    expect(codec.decode(topic, { offset: 0, timestampMs: 0, key: null, value, headers: {} })).toEqual({ n: 42 });
    await server.close();
  });

  it.for([500, 503, 401])("does not take status %i for a schema that does not exist", async (status) => {
    const url = `http://127.0.0.1:${await anyFreePort()}`;
    const server = await answering(url, () => [status, { error_code: status, message: "no" }]);
    await expect(openRegistryCodec({ url }, logger).warm([7])).rejects.toMatchObject({ code: "GW_REGISTRY_UNREACHABLE" });
    await server.close();
  });

  it("asks once however many lanes wait for an id", async () => {
    const url = `http://127.0.0.1:${await anyFreePort()}`;
    const asked = vi.fn((): Answer => [404, { error_code: 40403, message: "Schema not found" }]);
    const server = await answering(url, asked);
    const codec = openRegistryCodec({ url }, logger);
    await Promise.all(Array.from({ length: 50 }, () => codec.warm([7])));
    expect(asked).toHaveBeenCalledTimes(1);
    await server.close();
  });

  it("sends the credentials of the address, and does not print them", async () => {
    const port = await anyFreePort();
    const seen: (string | undefined)[] = [];
    const server = await answering(`http://127.0.0.1:${port}`, (authorization) => {
      seen.push(authorization);
      return [500, { message: "down" }];
    });
    const codec = openRegistryCodec({ url: `http://ada:s%2Fcret@127.0.0.1:${port}/api/` }, logger);
    const failure = await codec.warm([7]).catch((error: unknown) => error);
    expect(String(failure)).not.toContain("cret");
    expect(seen).toEqual([`Basic ${Buffer.from("ada:s/cret").toString("base64")}`]);
    await server.close();
  });
});

it("says what is wrong with a frame", () => expect(framingFault(Buffer.from([9, 0, 0, 0, 0])).message).toContain("first byte is 9"));

type Answer = [status: number, body: object];

async function answering(url: string, answer: (authorization: string | undefined) => Answer): Promise<{ close(): Promise<void> }> {
  const server = createServer(({ headers }, response) => {
    const [status, body] = answer(headers.authorization);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(Number(new URL(url).port), "127.0.0.1", resolve));
  return {
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function call(url: string, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
