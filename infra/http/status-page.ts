import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fastify } from "fastify";
import { EventStream, type StreamEvent, type StreamLimits } from "./event-stream.ts";
import { type Guarded, guard, listen } from "./guard.ts";
import type { StatusView } from "./status-view.ts";

/** What the page is given. `view` is asked at each request and may be asked by many at once. */
export interface StatusPageOptions extends Guarded {
  /** 0 takes any free one. */
  readonly port: number;
  view(): Promise<StatusView>;
  readonly stream?: Partial<StreamLimits>;
}

/** A page that is served. */
export interface StatusPage {
  /** `http://host:port`. */
  readonly address: string;
  /** To everyone who reads `/api/v1/stream`. */
  send(event: StreamEvent): void;
  stop(): Promise<void>;
}

/** Files of the page by path: what is not here cannot be asked for. */
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html"],
  "/page.css": ["page.css", "text/css"],
  "/page.js": ["page.js", "text/javascript"],
  "/elements.js": ["elements.js", "text/javascript"],
  "/sections.js": ["sections.js", "text/javascript"],
};

/**
 * One live page about what runs here, the same as JSON under `/api/v1/status`, and alerts as server-sent events under
 * `/api/v1/stream` (503 where too many read already). Throws GW_PORT_TAKEN; GW_USAGE for a host that others reach without a token.
 */
export async function startStatusPage({ host, port, token, view, stream: limits }: StatusPageOptions): Promise<StatusPage> {
  const server = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 1024 });
  const stream = new EventStream(limits);
  guard(server, { host, token });
  for (const [path, [file, type]] of Object.entries(files)) {
    const text = readFileSync(join(import.meta.dirname, "page", file), "utf8");
    server.get(path, async (_, reply) => reply.type(`${type}; charset=utf-8`).send(text));
  }
  server.get("/api/v1/status", async (_, reply) => reply.send(await view()));
  server.get("/api/v1/stream", async (request, reply) => {
    if (stream.full) return reply.code(503).header("retry-after", "10").send({ error: "too many readers of this stream" });
    const lastEventId = request.headers["last-event-id"];
    reply.hijack();
    // What the guard has set would be lost with the reply that is taken over.
    stream.join(reply.raw, reply.getHeaders() as Record<string, string>, Array.isArray(lastEventId) ? lastEventId[0] : lastEventId);
    return reply;
  });
  // Ended first: a stream that is open never ends by itself.
  server.addHook("preClose", async () => stream.stop());
  return {
    address: await listen(server, "the status page", { host, port }),
    send: (event) => stream.send(event),
    stop: () => server.close(),
  };
}
