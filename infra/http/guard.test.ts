import { request } from "node:http";
import { fastify } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { guard, isLoopback, listen } from "./guard.ts";

const servers: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const token = "0123456789abcdef, of odd = characters";

async function guarded(host: string, own: string | undefined): Promise<string> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  servers.push(server);
  guard(server, { host, token: own });
  for (const path of ["/", "/api"]) server.get(path, async () => ({ well: true }));
  server.post("/api", async () => ({ well: true }));
  const address = await listen(server, "a test", { host: "127.0.0.1", port: 0 });
  return address;
}

/** As a site would call it through a name of its own, which `fetch` does not let us say. */
const asHost = (address: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(`${address}/api`, { headers: { host } }, (response) => resolve(response.resume().statusCode));
    asked.on("error", reject).end();
  });
const status = async (address: string, init?: RequestInit): Promise<number> =>
  (await fetch(address, { redirect: "manual", ...init })).status;

describe("a guarded server", () => {
  it("on loopback answers to its own names and to no other", async () => {
    const address = await guarded("127.0.0.1", undefined);
    for (const host of ["127.0.0.1", "127.0.0.2:8600", "localhost", "LOCALHOST:8600", "[::1]:8600"])
      expect(await asHost(address, host)).toBe(200);
    for (const host of [
      "evil.example",
      "127.0.0.1.evil.example",
      "localhost.evil.example:80",
      "127.0.0.1@evil.example",
      "127.0.0.1:80:evil",
      "10.0.0.1",
    ])
      expect(await asHost(address, host)).toBe(403);
  });

  it("lets no page of another site read it, frame it or run in it", async () => {
    const address = await guarded("127.0.0.1", undefined);
    for (const path of ["/api", "/nothing"]) {
      const { headers } = await fetch(`${address}${path}`, { headers: { origin: "http://evil.example" } });
      expect(headers.get("access-control-allow-origin")).toBeNull();
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
    }
  });

  it("does not listen for others without a token", () => {
    for (const host of ["0.0.0.0", "::", "192.168.1.4", "host.example"])
      expect(() => guard(fastify(), { host, token: undefined })).toThrow(expect.objectContaining({ code: "GW_USAGE" }));
  });

  it("asks everyone else for its token, whatever they ask for", async () => {
    const address = await guarded("0.0.0.0", token);
    expect(await status(`${address}/api`)).toBe(401);
    expect(await status(`${address}/nothing`)).toBe(401);
    expect(await status(`${address}/api`, { headers: { authorization: "Bearer wrong" } })).toBe(401);
    expect(await status(`${address}/api?token=`)).toBe(401);
    // No address can be made of these: what they ask for is not known, and their token counts for nothing.
    for (const path of ["//", `//?token=${encodeURIComponent(token)}`, "//:80:80/"])
      expect([path, await status(`${address}${path}`)]).toEqual([path, 401]);
    expect(await status(`${address}/api`, { headers: { cookie: "gatewatch=; gatewatch=undefined" } })).toBe(401);
    const plain = await guarded("0.0.0.0", "0123456789abcdef");
    expect(await status(`${plain}/api`, { headers: { authorization: "bearer 0123456789abcdef" } })).toBe(200);
    expect(await status(`${plain}/api`, { headers: { authorization: "Basic 0123456789abcdef" } })).toBe(401);
  });

  it("turns the token of an address into a cookie that only this browser sends back", async () => {
    const address = await guarded("0.0.0.0", token);
    const first = await fetch(`${address}/?token=${encodeURIComponent(token)}`, { redirect: "manual" });
    expect([first.status, first.headers.get("location")]).toEqual([303, "/"]);
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^gatewatch=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/);
    const [pair = ""] = cookie.split(";");
    expect(await status(`${address}/api`, { headers: { cookie: `theme=dark; ${pair}` } })).toBe(200);
    expect(await status(`${address}/api`, { headers: { cookie: `other${pair}` } })).toBe(401);
    // Not with a change, which a link of another site could make.
    expect(await status(`${address}/api?token=${encodeURIComponent(token)}`, { method: "POST" })).toBe(401);
  });

  it("sends nobody to another site", async () => {
    const address = await guarded("0.0.0.0", token);
    for (const path of ["//", "//evil.example/", "///evil.example", "/%2F/evil.example", "/\\evil.example"]) {
      const { headers } = await fetch(`${address}${path}?token=${encodeURIComponent(token)}`, { redirect: "manual" });
      const to = headers.get("location");
      if (to !== null) expect(new URL(to, address).origin).toBe(address);
    }
  });

  it("knows which addresses only this machine reaches", () => {
    expect(["127.0.0.1", "127.9.9.9", "localhost", "LocalHost", "::1"].filter(isLoopback)).toHaveLength(5);
    expect(["0.0.0.0", "::", "127.0.0.1.example", "10.0.0.1", ""].filter(isLoopback)).toEqual([]);
  });
});
