import { request } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type HealthOptions, type HealthServer, startHealthServer } from "./health-server.ts";

const servers: HealthServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(options: Partial<HealthOptions> = {}): Promise<HealthServer> {
  const server = await startHealthServer({
    host: "127.0.0.1",
    port: 0,
    ready: () => ({ ready: true, reasons: [] }),
    metrics: async (accept) => ({ contentType: "text/plain", text: `asked for ${accept}` }),
    ...options,
  });
  servers.push(server);
  return server;
}

const asHost = (address: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(address, { headers: { host } }, (response) => resolve(response.resume().statusCode));
    asked.on("error", reject).end();
  });

describe("health server", () => {
  it("is ready or says why not", async () => {
    let reasons: string[] = ["g recovers lanes 0, 2"];
    const { address } = await start({ ready: () => ({ ready: reasons.length === 0, reasons }) });
    const waiting = await fetch(`${address}/readyz`);
    expect([waiting.status, await waiting.json()]).toEqual([503, { ready: false, reasons: ["g recovers lanes 0, 2"] }]);
    reasons = [];
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
  });

  it("is unhealthy once its loop has not come round for ten seconds", async () => {
    // The loop's tick stands still as if the loop did.
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    let time = 1_000_000;
    const { address } = await start({ now: () => time });
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    time += 10_500;
    expect((await fetch(`${address}/healthz`)).status).toBe(503);
    vi.advanceTimersByTime(1_000);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    vi.useRealTimers();
  });

  it("hands the wanted format on to the metrics", async () => {
    const { address } = await start();
    const answer = await fetch(`${address}/metrics`, { headers: { accept: "application/openmetrics-text" } });
    expect([answer.headers.get("content-type"), await answer.text()]).toEqual(["text/plain", "asked for application/openmetrics-text"]);
  });

  it("on loopback answers to no name that a site could give itself; where others reach it, to any", async () => {
    const { address } = await start();
    for (const path of ["/healthz", "/readyz", "/metrics"])
      expect([path, await asHost(`${address}${path}`, "evil.example")]).toEqual([path, 403]);
    expect(await asHost(`${address}/readyz`, "localhost:9400")).toBe(200);
    const { address: open } = await start({ host: "0.0.0.0" });
    expect(await asHost(`${open.replace("0.0.0.0", "127.0.0.1")}/readyz`, "worker-1.monitoring:9400")).toBe(200);
  });

  it("says which port is taken", async () => {
    const { address } = await start();
    const port = Number(new URL(address).port);
    await expect(start({ port })).rejects.toMatchObject({
      code: "GW_PORT_TAKEN",
      message: `the worker cannot listen on 127.0.0.1:${port}: the port is taken`,
    });
  });
});
