import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { wholeBody } from "./body.ts";
import { type IngestServer, startIngestServer } from "./ingest-server.ts";
import { refuse } from "./refuse.ts";

const servers: IngestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

async function served() {
  const server = await startIngestServer({
    ...{ host: "127.0.0.1", port: 0, token: undefined },
    routes: [
      (one) =>
        one.post("/", async (request, reply) => {
          try {
            return reply.send({ bytes: (await wholeBody(request, 1_000)).length });
          } catch (error) {
            return refuse(reply, error);
          }
        }),
    ],
  });
  servers.push(server);
  return server;
}

/** Sends a body of which so much is announced and so much sent, whatever comes back meanwhile; resolves to what has come back by the end. */
async function sendBlindly({ address }: IngestServer, { announced, sent, path = "/" }: { announced: number; sent: number; path?: string }) {
  const { port, hostname } = new URL(address);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  let answer = "";
  const over = new Promise<void>((resolve, reject) => {
    socket.once("end", resolve).once("error", reject);
  });
  socket.pause();
  socket.write(`POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${announced}\r\n\r\n`);
  for (let at = 0; at < sent; at += 100_000)
    await new Promise<void>((resolve, reject) => socket.write(Buffer.alloc(100_000, 0x20), (error) => (error ? reject(error) : resolve())));
  socket.on("data", (data) => {
    answer += String(data);
    if (announced === sent) socket.end();
  });
  socket.resume();
  await over;
  socket.destroy();
  return answer;
}

describe("the rest of a body", () => {
  it("is read before the answer goes, for clients that look for it only then", async () => {
    expect(await sendBlindly(await served(), { announced: 20_000_000, sent: 20_000_000 })).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("is read of a path that is not there, too", async () => {
    expect(await sendBlindly(await served(), { announced: 5_000_000, sent: 5_000_000, path: "/no" })).toMatch(/^HTTP\/1\.1 404 /);
  });

  it("is not waited for longer than a moment, and the connection ends with it", { timeout: 10_000 }, async () => {
    const began = performance.now();
    const answer = await sendBlindly(await served(), { announced: 20_000_000, sent: 100_000 });
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  it("that has been read whole keeps nobody waiting", async () => {
    const server = await served();
    const began = performance.now();
    const body = "x".repeat(500);
    for (let n = 0; n < 20; n += 1) expect(await (await fetch(server.address, { method: "POST", body })).json()).toEqual({ bytes: 500 });
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
