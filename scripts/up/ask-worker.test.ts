import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { askWorker, seriesIn } from "./ask-worker.ts";

const metrics = `# HELP gatewatch_lane_lag_records Records
gatewatch_lane_lag_records{group="gatewatch",topic="moe.router",partition="0"} 7
gatewatch_odd{text="a \\"quoted\\", b=\\\\ and \\n",empty=""} 1.5e3
gatewatch_worker_ready 1
process_cpu_seconds_total 12
`;
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function worker(ready: object | string): Promise<string> {
  const body = typeof ready === "string" ? ready : JSON.stringify(ready);
  const server = createServer(({ url }, response) => response.end(url === "/readyz" ? body : metrics));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a worker that is asked", () => {
  it("tells its lanes by group, and its figures", async () => {
    const address = await worker({
      ready: true,
      reasons: [],
      parts: [{ group: "g", lanes: [{ status: "live" }, { status: "recovering" }] }],
    });
    const { worker: shown, series } = await askWorker("worker 1", address);
    expect(shown).toEqual({ name: "worker 1", address, state: "healthy", reasons: [], lanes: [{ group: "g", live: 1, of: 2 }] });
    expect(series).toHaveLength(3);
  });

  it.each([
    [() => worker({ ready: false, reasons: ["Kafka is away"], parts: [] }), "unhealthy", "Kafka is away"],
    [() => worker("no JSON"), "unhealthy", "it does not answer"],
    [async () => "http://127.0.0.1:9", "unhealthy", "it does not answer"],
    [async () => undefined, "unknown", "it starts"],
  ])("is not healthy where it does not say so, case %#", async (address, state, reason) => {
    expect((await askWorker("w", await address())).worker).toMatchObject({ state, reasons: [reason] });
  });

  it("has its labels read back as they were written, and only Gatewatch's own", () => {
    expect(seriesIn(metrics)).toEqual([
      { name: "gatewatch_lane_lag_records", labels: { group: "gatewatch", topic: "moe.router", partition: "0" }, value: 7 },
      { name: "gatewatch_odd", labels: { text: 'a "quoted", b=\\ and \n', empty: "" }, value: 1_500 },
      { name: "gatewatch_worker_ready", labels: {}, value: 1 },
    ]);
  });
});
