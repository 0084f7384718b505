import { fastify } from "fastify";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import { statusHtml } from "./status-page-html.ts";

/** What the page shows; all of it is text for people. */
export interface StatusView {
  readonly profile: string;
  readonly uptimeS: number;
  /** What `up` has started, in the order of their start. */
  readonly parts: readonly { readonly name: string; readonly address: string; readonly detail: string }[];
  readonly workers: readonly WorkerView[];
  /** Records that lanes have not read yet, by the topic they read. */
  readonly lag: readonly { readonly topic: string; readonly records: number }[];
  /** What `up` itself has counted since its start. */
  readonly counts: readonly { readonly name: string; readonly value: number }[];
  /** Newest first. */
  readonly alerts: readonly { readonly ts: string; readonly severity: string; readonly kind: string; readonly title: string }[];
}

/** One worker as the page shows it, its lanes by group. */
export interface WorkerView {
  readonly name: string;
  readonly address: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly lanes: readonly { readonly group: string; readonly live: number; readonly of: number }[];
}

/** What the page shows, asked anew at each request. */
export interface StatusPageOptions {
  /** On 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  view(): Promise<StatusView>;
}

/** Nothing from elsewhere is loaded, nothing may frame it, and what topics carry is shown as text only. */
const contentSecurity =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'";

/** One page about what runs here, and the same as JSON under `/status.json`. Throws GW_PORT_TAKEN. */
export async function startStatusPage({ port, view }: StatusPageOptions): Promise<{ address: string; stop(): Promise<void> }> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  // Another site must not read it through a name that it points at 127.0.0.1.
  server.addHook("onRequest", async (request, reply) => {
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ""))
      return reply.code(403).send({ error: "call it by 127.0.0.1" });
    reply.headers({ "content-security-policy": contentSecurity, "x-content-type-options": "nosniff", "cache-control": "no-store" });
  });
  server.get("/", async (_, reply) => reply.type("text/html; charset=utf-8").send(statusHtml.page));
  server.get("/status.css", async (_, reply) => reply.type("text/css; charset=utf-8").send(statusHtml.style));
  server.get("/status.js", async (_, reply) => reply.type("text/javascript; charset=utf-8").send(statusHtml.script));
  server.get("/status.json", async (_, reply) => reply.send(await view()));
  try {
    return { address: await server.listen({ host: "127.0.0.1", port }), stop: () => server.close() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw faultOf(error, "GW_PORT_TAKEN", `listening on 127.0.0.1:${port}`);
    throw new Fault("GW_PORT_TAKEN", `the status page cannot listen on 127.0.0.1:${port}: the port is taken`, { port }, error);
  }
}
