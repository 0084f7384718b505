import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { anyFreePort } from "../local-stack/ports.ts";
import { type StatusView, startStatusPage } from "./status-page.ts";

const view: StatusView = {
  profile: "local",
  uptimeS: 12,
  parts: [{ name: "Kafka", address: "127.0.0.1:9092", detail: "Apache Kafka" }],
  workers: [],
  lag: [],
  counts: [],
  alerts: [{ ts: "2026-05-01T12:00:00.000Z", severity: "HIGH", kind: "router.baseline", title: "<img src=x onerror=alert(1)>" }],
};
const pages: { stop(): Promise<void> }[] = [];
afterEach(() => Promise.all(pages.splice(0).map((page) => page.stop())));

async function started(port = 0) {
  const page = await startStatusPage({ port, view: async () => view });
  pages.push(page);
  return page;
}

describe("the status page", () => {
  it("serves itself and what it shows, from its own files only", async () => {
    const { address } = await started();
    const page = await fetch(address);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);
    expect(files).toEqual(["/status.css", "/status.json", "/status.js"]);
    for (const path of files) expect((await fetch(`${address}${path}`)).status).toBe(200);
    expect(await (await fetch(`${address}/status.json`)).json()).toEqual(view);
  });

  it("never makes markup of what topics carry", async () => {
    const { address } = await started();
    const script = await (await fetch(`${address}/status.js`)).text();
    expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });

  it("does not answer under another name", async () => {
    const { address } = await started();
    const status = await new Promise((resolve) => {
      request(`${address}/status.json`, { headers: { host: "evil.example" } }, (response) => resolve(response.resume().statusCode)).end();
    });
    expect(status).toBe(403);
  });

  it("says that its port is taken", async () => {
    const port = await anyFreePort();
    await started(port);
    await expect(startStatusPage({ port, view: async () => view })).rejects.toMatchObject({ code: "GW_PORT_TAKEN" });
  });
});
