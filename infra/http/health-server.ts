import { fastify } from "fastify";
import { guard, isLoopback, listen } from "./guard.ts";

/** What the server is told. `ready` and `metrics` are asked at each request and must be quick. */
export interface HealthOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Whether the worker does its work, and if not why; the rest is shown as it is. */
  ready(): { readonly ready: boolean; readonly reasons: readonly string[] };
  metrics(accept: string | undefined): Promise<{ contentType: string; text: string }>;
  readonly now?: () => number;
}

/** A server that listens. `stop` closes open connections too: a scraper that keeps one must not hold up the end. */
export interface HealthServer {
  /** `http://host:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** How often the loop shows that it comes round. */
const tickMs = 1_000;
/** A loop that has not come round for so long does no work either. */
const hungMs = 10_000;

/**
 * `/healthz` (the process), `/readyz` (its work, with reasons), `/metrics` (Prometheus and OpenMetrics). On loopback it is guarded
 * from sites that a browser on this machine shows; where others reach it, probes and scrapers need no token. Throws GW_PORT_TAKEN.
 */
export async function startHealthServer({ host, port, ready, metrics, now = Date.now }: HealthOptions): Promise<HealthServer> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  if (isLoopback(host)) guard(server, { host, token: undefined });
  const startedAt = now();
  let tickedAt = startedAt;
  const ticking = setInterval(() => {
    tickedAt = now();
  }, tickMs);
  ticking.unref();

  server.get("/healthz", async (_, reply) => {
    const behindMs = now() - tickedAt;
    const ok = behindMs < hungMs;
    return reply
      .code(ok ? 200 : 503)
      .send({ ok, loopBehindMs: Math.max(0, behindMs - tickMs), uptimeS: Math.round((now() - startedAt) / 1000) });
  });
  server.get("/readyz", async (_, reply) => {
    const state = ready();
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  server.get("/metrics", async (request, reply) => {
    const { contentType, text } = await metrics(request.headers.accept);
    return reply.type(contentType).send(text);
  });

  try {
    const address = await listen(server, "the worker", { host, port });
    return {
      address,
      async stop() {
        clearInterval(ticking);
        await server.close();
      },
    };
  } catch (error) {
    clearInterval(ticking);
    throw error;
  }
}
