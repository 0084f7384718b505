import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { knowsItsSchemas } from "./registry-probe.ts";
import { registryPath } from "./versions.ts";

let server: Server | undefined;
afterEach(() => server?.close());

it("does not take an API that answers for a registry that has read its journal", async () => {
  let ready = 503;
  server = createServer(({ url }, response) => {
    response.statusCode = url === "/health/ready" ? ready : 200;
    response.end("[]");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${registryPath}`;
  expect(await knowsItsSchemas(address)).toBe(false);
  ready = 200;
  expect(await knowsItsSchemas(address)).toBe(true);
});
