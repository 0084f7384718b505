import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Settings } from "../../infra/config/settings.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { Part } from "../../infra/local-stack/part.ts";
import { healthOf, watchedParts } from "./part-health.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status, { "content-type": "application/json" }).end(body));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const part = (name: string, address: string, ended?: Promise<void>): Part => ({
  name,
  address,
  detail: "a part",
  ended,
  stop: async () => undefined,
});
const log = (describe: () => Promise<unknown>) => ({ admin: { describe } }) as unknown as LogPort;
const settings = { registry: {} } as Settings;
const health = async (one: Part, port = log(async () => ({}))) => healthOf(watchedParts([one], port, settings)[0] as never);

describe("the health of a part", () => {
  it("is asked of the part itself", async () => {
    expect(await health(part("ClickHouse", await answering(200, "Ok.")))).toMatchObject({ state: "healthy", reason: "" });
    expect(await health(part("ClickHouse", await answering(503, "busy")))).toMatchObject({ state: "unhealthy", reason: "it answers 503" });
    expect(await health(part("registry", await answering(200, "[]")))).toMatchObject({ state: "healthy" });
    expect(await health(part("registry", await answering(500, '{"message":"no"}')))).toMatchObject({ state: "unhealthy" });
    expect(await health(part("Kafka", "k"))).toMatchObject({ state: "healthy" });
    const away = log(() => Promise.reject(new Error("nobody answers")));
    expect(await health(part("Kafka", "k"), away)).toMatchObject({ state: "unhealthy", reason: "nobody answers" });
  });

  it("is bad where nothing listens, or its process has ended", async () => {
    expect(await health(part("ClickHouse", "http://127.0.0.1:9"))).toMatchObject({ state: "unhealthy" });
    const watched = watchedParts(
      [part("Kafka", "k", Promise.resolve())],
      log(async () => ({})),
      settings,
    );
    await Promise.resolve();
    expect(await healthOf(watched[0] as never)).toMatchObject({ state: "unhealthy", reason: "its process has ended" });
  });

  it("is bad where no answer comes", async () => {
    vi.useFakeTimers();
    const asked = healthOf({ name: "n", address: "", detail: "", look: () => new Promise(() => undefined) });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await asked).toMatchObject({ state: "unhealthy", reason: "no answer within 3 s" });
  });

  it("is asked of a ClickHouse whose address carries a password, and shows none of it whatever goes wrong", async () => {
    const secret = (address: string) => address.replace("//", "//me:hu%2Fsh@");
    const shown = await Promise.all([
      answering(200, "Ok.").then((address) => health(part("ClickHouse", secret(address)))),
      health(part("ClickHouse", secret("http://127.0.0.1:9"))),
      health(
        part("Kafka", "k"),
        log(() => Promise.reject(new Error("cannot ask http://me:hu%2Fsh@127.0.0.1:9/ping"))),
      ),
    ]);
    expect(shown.map(({ state }) => state)).toEqual(["healthy", "unhealthy", "unhealthy"]);
    expect(shown[2]?.reason).toBe("cannot ask http://127.0.0.1:9/ping");
    expect(JSON.stringify(shown)).not.toMatch(/hu%2Fsh|me:/);
  });
});
