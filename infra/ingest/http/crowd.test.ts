import { afterEach, describe, expect, it } from "vitest";
import { type IngestServer, startIngestServer } from "./ingest-server.ts";

const servers: IngestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

/** A server whose one path answers when it is let go. */
async function held(crowd: { maxRequests?: number; maxRequestsPerClient?: number }) {
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  let waiting = 0;
  const server = await startIngestServer({
    ...{ host: "127.0.0.1", port: 0, token: undefined, ...crowd },
    routes: [
      (one) =>
        one.get("/wait", async (_, reply) => {
          waiting += 1;
          await promise;
          return reply.send({});
        }),
    ],
  });
  servers.push(server);
  const ask = (path = "/wait", signal?: AbortSignal) => fetch(server.address + path, signal === undefined ? {} : { signal });
  return { ask, letGo, waiting: () => waiting };
}

describe("a crowd of requests", () => {
  it.for([
    { maxRequests: 3, maxRequestsPerClient: 9 },
    { maxRequests: 9, maxRequestsPerClient: 3 },
  ])("beyond %o is told to come again, and may once others have been answered", async (crowd) => {
    const { ask, letGo, waiting } = await held(crowd);
    const first = [ask(), ask(), ask()];
    await expect.poll(waiting).toBe(3);
    const refused = await ask();
    expect([refused.status, refused.headers.get("retry-after"), ((await refused.json()) as { code: string }).code]).toEqual([
      ...[429, "1", "GW_INTAKE_FULL"],
    ]);
    expect((await ask("/healthz")).status).toBe(200);
    letGo();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await ask()).status).toBe(200);
  });

  it("has room again for those who went away without an answer", async () => {
    const { ask, letGo, waiting } = await held({ maxRequests: 1 });
    const away = new AbortController();
    const gone = ask("/wait", away.signal).catch(() => "gone");
    await expect.poll(waiting).toBe(1);
    away.abort();
    expect(await gone).toBe("gone");
    letGo();
    await expect.poll(async () => (await ask()).status).toBe(200);
  });
});
