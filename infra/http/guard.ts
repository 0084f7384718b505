import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";

/** Where a server listens and who may ask it. */
export interface Guarded {
  readonly host: string;
  /** Asked for in every request; must be given where `host` is not loopback. */
  readonly token: string | undefined;
}

/** Names and addresses that only this machine reaches. */
export const isLoopback = (host: string): boolean => /^(127(\.\d{1,3}){3}|localhost|::1)$/i.test(host);

/** Nothing from elsewhere is loaded, nothing inline runs, nothing may frame it. */
const contentSecurity =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const headers = {
  "content-security-policy": contentSecurity,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Holds the token in a browser, which cannot send headers of its own with a page or a stream. */
const cookie = "gatewatch";

/**
 * Safe defaults for a server of this machine: on loopback only requests that call it by a loopback name are answered, so that no
 * site can reach it through a name of its own (403); elsewhere each needs the token (401), as `authorization: Bearer`, or once as
 * `?token=` in the address of a page, which turns it into a cookie that scripts and other sites cannot use. Another site is told
 * nothing: no CORS header is ever sent. Throws GW_USAGE where a host that others reach has no token.
 */
export function guard(server: FastifyInstance, { host, token }: Guarded): void {
  if (!isLoopback(host) && token === undefined)
    throw new Fault("GW_USAGE", `${host} can be reached from other machines: a token is needed; that of the ways in is ingest.token`, {
      host,
    });
  server.addHook("onRequest", async (request, reply) => {
    reply.headers(headers);
    if (isLoopback(host) && !calledByLoopback(request)) return reply.code(403).send({ error: "call it by 127.0.0.1 or localhost" });
    if (token === undefined || matches(bearer(request), token) || matches(remembered(request), kept(token))) return;
    if (matches(inAddress(request), token)) return remember(request, reply, token);
    return reply
      .code(401)
      .header("www-authenticate", "Bearer")
      .send({ error: "a token is needed: authorization: Bearer …, or ?token=… once for a page" });
  });
}

/** Listens, or throws GW_PORT_TAKEN with a sentence that names what could not. Resolves to `http://host:port`. */
export async function listen(server: FastifyInstance, who: string, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE")
      throw faultOf(error, "GW_PORT_TAKEN", `${who} listening on ${host}:${port}`);
    throw new Fault("GW_PORT_TAKEN", `${who} cannot listen on ${host}:${port}: the port is taken`, { host, port }, error);
  }
}

/** The name before the port; an IPv6 address stands in brackets. */
function calledByLoopback({ headers: { host = "" } }: FastifyRequest): boolean {
  const [, bracketed, plain = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::\d+)?$/.exec(host) ?? [];
  return isLoopback(bracketed ?? plain);
}

const bearer = ({ headers: { authorization = "" } }: FastifyRequest): string | undefined => /^Bearer +(\S+)$/i.exec(authorization)?.[1];

const remembered = ({ headers: { cookie: cookies = "" } }: FastifyRequest): string | undefined =>
  new RegExp(`(?:^|; *)${cookie}=([^;]*)`).exec(cookies)?.[1];

/** What the cookie holds: a token may have characters that a cookie cannot. */
const kept = (token: string): string => digest(token).toString("hex");

/** Undefined too where the target is none that an address can be made of, as `//`. */
const inAddress = ({ url, method }: FastifyRequest): string | undefined =>
  method === "GET" ? (URL.parse(url, "http://page")?.searchParams.get("token") ?? undefined) : undefined;

/** Away from the address, where it would stay in the browser's history and in what people copy. */
function remember({ url }: FastifyRequest, reply: FastifyReply, token: string): FastifyReply {
  const { pathname } = new URL(url, "http://page");
  // A path of two slashes would be another site.
  const to = pathname.replace(/^\/+/, "/");
  return reply.header("set-cookie", `${cookie}=${kept(token)}; HttpOnly; SameSite=Strict; Path=/`).redirect(to, 303);
}

/** In a time that does not tell how much of it was right. */
function matches(tried: string | undefined, token: string): boolean {
  return tried !== undefined && timingSafeEqual(digest(tried), digest(token));
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
