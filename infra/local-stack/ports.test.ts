import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { anyFreePort, isFree, portFor, releasePort } from "./ports.ts";

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

const taken = async (): Promise<number> => {
  const port = await anyFreePort();
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, "0.0.0.0", resolve));
  return port;
};

describe("ports", () => {
  it("takes the usual one, or the next that is free", async () => {
    const usual = await taken();
    expect(await isFree(usual)).toBe(false);
    const port = await portFor("Kafka", usual);
    expect(port).toBeGreaterThan(usual);
    expect(port).toBeLessThan(usual + 100);
  });

  it("does not give the same port to two parts that do not listen yet", async () => {
    const usual = await anyFreePort();
    releasePort(usual);
    const given = await Promise.all([portFor("a", usual), portFor("b", usual), portFor("c", usual)]);
    expect(new Set(given).size).toBe(3);
  });

  it("says that the one asked for is taken", async () => {
    const port = await taken();
    await expect(portFor("Kafka", 1, port)).rejects.toMatchObject({
      code: "GW_PORT_TAKEN",
      message: expect.stringContaining(String(port)),
    });
  });

  it("takes any free one for 0", async () => {
    expect(await isFree(await portFor("Kafka", 9092, 0))).toBe(true);
  });
});
