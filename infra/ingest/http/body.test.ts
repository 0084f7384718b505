import { afterEach, describe, expect, it } from "vitest";
import { mostHeldBytes, wholeBody } from "./body.ts";
import { type IngestServer, startIngestServer } from "./ingest-server.ts";
import { refuse } from "./refuse.ts";

const servers: IngestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

/** A server that reads bodies whole and answers when it is let go. */
async function held() {
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  let reads = 0;
  const server = await startIngestServer({
    ...{ host: "127.0.0.1", port: 0, token: undefined },
    routes: [
      (one) =>
        one.post("/hold", async (request, reply) => {
          try {
            const { length } = await wholeBody(request, 2 * mostHeldBytes);
            reads += 1;
            await promise;
            return reply.send({ length });
          } catch (error) {
            return refuse(reply, error);
          }
        }),
    ],
  });
  servers.push(server);
  const send = async (bytes: number) => (await fetch(`${server.address}/hold`, { method: "POST", body: Buffer.alloc(bytes) })).status;
  return { send, letGo, reads: () => reads };
}

describe("bodies that are read whole", { timeout: 30_000 }, () => {
  it("are held at once up to a bound over all requests, and there is room again when they have been answered", async () => {
    const { send, letGo, reads } = await held();
    const half = mostHeldBytes / 2;
    const first = [send(half), send(half - 1_000)];
    await expect.poll(reads, { timeout: 20_000 }).toBe(2);
    expect(await send(2_000)).toBe(429);
    letGo();
    expect(await Promise.all(first)).toEqual([200, 200]);
    await expect.poll(() => send(half), { timeout: 20_000 }).toBe(200);
  });

  it("go alone where they are larger than the bound", async () => {
    const { send, letGo } = await held();
    letGo();
    expect(await send(mostHeldBytes + 1_000)).toBe(200);
  });
});
