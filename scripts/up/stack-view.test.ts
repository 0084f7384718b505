import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Alert } from "../../schemas/types/avro.ts";
import { lagsIn, StackView } from "./stack-view.ts";

const metrics = `# HELP gatewatch_lane_lag_records Records
gatewatch_lane_lag_records{group="gatewatch",topic="moe.router",partition="0"} 7
gatewatch_lane_lag_records{group="gatewatch",topic="moe.router",partition="1"} 5
gatewatch_worker_ready 1
`;
const ready = { ready: true, reasons: [], parts: [{ group: "g", lanes: [{ status: "live" }, { status: "recovering" }] }] };
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function worker(): Promise<string> {
  const server = createServer(({ url }, response) => response.end(url === "/readyz" ? JSON.stringify(ready) : metrics));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const alert = (title: string): Alert => ({ ts: 0, severity: "HIGH", kind: "router.baseline", title }) as Alert;

describe("StackView", () => {
  it("asks each worker, and adds up the lag of all", async () => {
    const addresses = [await worker(), await worker(), undefined, "http://127.0.0.1:9"];
    const { workers, lag } = await new StackView("local", [], () => addresses).view();
    expect(workers.map(({ ready: isReady, reasons }) => [isReady, ...reasons])).toEqual([
      [true],
      [true],
      [false, "it starts"],
      [false, "it does not answer"],
    ]);
    expect(workers[0]?.lanes).toEqual([{ group: "g", live: 1, of: 2 }]);
    expect(lag).toEqual([{ topic: "moe.router", records: 24 }]);
  });

  it("shows the newest alerts first and keeps few", async () => {
    const view = new StackView("local", [], () => []);
    for (let i = 0; i < 30; i += 1) view.alert(alert(`alert ${i}`));
    const { alerts, counts } = await view.view();
    expect([alerts.length, alerts[0]?.title]).toEqual([20, "alert 29"]);
    expect(counts).toContainEqual({ name: "alerts seen", value: 30 });
  });

  it("reads lag out of metrics", () => expect(lagsIn(metrics)).toHaveLength(2));
});
