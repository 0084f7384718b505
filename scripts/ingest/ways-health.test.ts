import { expect, it } from "vitest";
import { startIngestServer } from "../../infra/ingest/http/ingest-server.ts";
import { WaysHealth } from "./ways-health.ts";

it("tells at /readyz which way in waits, what for, and how many lines each log has brought; /healthz is the process", async () => {
  const health = new WaysHealth();
  const server = await startIngestServer({ host: "127.0.0.1", port: 0, token: undefined, routes: [], ready: () => health.state() });
  const ask = async (path: string) => {
    const response = await fetch(server.address + path);
    return [response.status, await response.json()];
  };
  try {
    expect(await ask("/readyz")).toEqual([200, { ready: true, reasons: [], tails: [] }]);
    health.tails = [{ path: "/log", counts: { taken: 3, bad: 1, passed: 0 }, stop: async () => undefined }];
    health.waits("/log", "GW_INTAKE_UNAVAILABLE: away");
    health.waits("/log", "GW_INTAKE_UNAVAILABLE: no right");
    const tails = [{ path: "/log", counts: { taken: 3, bad: 1, passed: 0 } }];
    expect(await ask("/readyz")).toEqual([503, { ready: false, reasons: ["/log waits: GW_INTAKE_UNAVAILABLE: no right"], tails }]);
    expect(await ask("/healthz")).toEqual([200, { ok: true }]);
    health.waits("/log");
    expect(await ask("/readyz")).toEqual([200, { ready: true, reasons: [], tails }]);
  } finally {
    await server.stop();
  }
});
