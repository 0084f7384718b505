import { type FastifyInstance, fastify } from "fastify";
import { type Guarded, guard, listen } from "../../http/guard.ts";
import { type Crowd, limitCrowd, usualCrowd } from "./crowd.ts";
import { readRestOfBody } from "./rest-of-body.ts";

/** Where it listens, who may send, and what it answers to. */
export interface IngestServerOptions extends Guarded, Partial<Crowd> {
  /** 0 takes any free one. */
  readonly port: number;
  /** Whether every way in does its work, and if not why; the rest is shown as it is. Asked at each request, must be quick. */
  readonly ready?: () => { readonly ready: boolean; readonly reasons: readonly string[] };
  /** Each adds the paths of one way in. */
  readonly routes: readonly ((server: FastifyInstance) => void)[];
}

/** A server that takes events. */
export interface IngestServer {
  /** `http://host:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** A client that sends nothing for so long holds a connection for nothing. */
const silenceMs = 30_000;
/** A client that sends a byte now and then, too. */
const longestRequestMs = 600_000;
/** Connections that never become requests cost little, but not nothing. */
const mostConnections = 1_000;

/**
 * The server of all ways in over HTTP. On loopback it answers whoever calls it so, elsewhere whoever has the token. Bodies are
 * left to the routes, which read them in pieces. `/healthz` tells of the process, `/readyz` of the ways in. Throws GW_PORT_TAKEN; GW_USAGE for a host that others reach without a token.
 */
export async function startIngestServer({ host, port, token, routes, ready, ...crowd }: IngestServerOptions): Promise<IngestServer> {
  const server = fastify({ logger: false, forceCloseConnections: true, connectionTimeout: silenceMs, requestTimeout: longestRequestMs });
  server.server.maxConnections = mostConnections;
  guard(server, { host, token });
  limitCrowd(server, { ...usualCrowd, ...crowd });
  readRestOfBody(server);
  server.removeAllContentTypeParsers();
  // The stream itself, unread: its length is nobody's word.
  server.addContentTypeParser("*", (_, __, done) => done(null, undefined));
  server.get("/healthz", async (_, reply) => reply.send({ ok: true }));
  server.get("/readyz", async (_, reply) => {
    const state = ready?.() ?? { ready: true, reasons: [] };
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  for (const add of routes) add(server);
  return { address: await listen(server, "the way in", { host, port }), stop: () => server.close() };
}
