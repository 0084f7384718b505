import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../../test/lanes/harness.ts";
import { anyFreePort } from "../local-stack/ports.ts";
import { type StatusPage, type StatusPageOptions, startStatusPage } from "./status-page.ts";
import type { StatusView } from "./status-view.ts";

const view: StatusView = {
  profile: "local",
  uptimeS: 12,
  health: { state: "unknown", reasons: ["worker 1: it starts"] },
  parts: [{ name: "Kafka", address: "127.0.0.1:9092", detail: "Apache Kafka", state: "healthy", reason: "" }],
  workers: [],
  pipelines: [],
  topics: [],
  counts: [],
  alerts: [],
  injections: [],
};
const pages: StatusPage[] = [];
afterEach(() => Promise.all(pages.splice(0).map((page) => page.stop())));

async function started(given: Partial<StatusPageOptions> = {}): Promise<StatusPage> {
  const page = await startStatusPage({ host: "127.0.0.1", port: 0, token: undefined, view: async () => view, ...given });
  pages.push(page);
  return page;
}

describe("the status page", () => {
  it("serves itself and what it shows, from its own files only", async () => {
    const { address } = await started();
    const html = await (await fetch(address)).text();
    const named = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = ""]) => path);
    expect(named).toEqual(["/page.css", "/api/v1/status", "/page.js"]);
    const scripts = new Set(["/page.js"]);
    for (const script of scripts) {
      const text = await (await fetch(`${address}${script}`)).text();
      for (const [, path = ""] of text.matchAll(/from "\.(\/[^"]+)"/g)) scripts.add(path);
    }
    for (const path of [...named, ...scripts]) expect([path, (await fetch(`${address}${path}`)).status]).toEqual([path, 200]);
    expect(await (await fetch(`${address}/api/v1/status`)).json()).toEqual(view);
  });

  it("has nothing inline that its own policy would refuse, and makes no markup of texts", async () => {
    const { address } = await started();
    const html = await (await fetch(address)).text();
    expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)| on\w+="/);
    for (const path of ["/page.js", "/elements.js", "/sections.js"])
      expect(await (await fetch(`${address}${path}`)).text()).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });

  it("gives no other file", async () => {
    const { address } = await started();
    for (const path of ["/index.html", "/../status-page.ts", "/%2e%2e/status-page.ts", "/page.js%00", "/api/v1/"])
      expect((await fetch(`${address}${path}`)).status).toBe(404);
  });

  it("does not answer under another name, nor without its token where others reach it", async () => {
    const { address } = await started();
    const status = await new Promise((resolve) => {
      request(`${address}/api/v1/status`, { headers: { host: "evil.example" } }, (response) => resolve(response.resume().statusCode)).end();
    });
    expect(status).toBe(403);
    await expect(started({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "GW_USAGE" });
    const { address: open } = await started({ host: "0.0.0.0", token: "0123456789abcdef" });
    const local = open.replace("0.0.0.0", "127.0.0.1");
    expect((await fetch(`${local}/api/v1/stream`)).status).toBe(401);
  });

  it("streams what is sent, and refuses readers beyond its cap", async () => {
    const page = await started({ stream: { readers: 1 } });
    const stop = new AbortController();
    const response = await fetch(`${page.address}/api/v1/stream`, { signal: stop.signal });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const refused = await fetch(`${page.address}/api/v1/stream`);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "10"]);
    let heard = "";
    void response.body
      ?.pipeTo(
        new WritableStream<Uint8Array>({
          write(bytes) {
            heard += Buffer.from(bytes).toString();
          },
        }),
        { signal: stop.signal },
      )
      .catch(() => undefined);
    page.send({ id: "1", event: "alert", data: { title: "new" } });
    await until("the event is heard", () => heard.includes('event: alert\ndata: {"title":"new"}'));
    stop.abort();
    await until("there is room again", async () => {
      const again = new AbortController();
      const { status } = await fetch(`${page.address}/api/v1/stream`, { signal: again.signal });
      again.abort();
      return status === 200;
    });
  });

  it("ends although a reader holds its stream open", async () => {
    const page = await started();
    const response = await fetch(`${page.address}/api/v1/stream`);
    await page.stop();
    await expect(response.text()).rejects.toThrow();
  });

  it("says that its port is taken", async () => {
    const port = await anyFreePort();
    await started({ port });
    await expect(started({ port })).rejects.toMatchObject({ code: "GW_PORT_TAKEN", message: expect.stringContaining("the status page") });
  });
});
