import { finished } from "node:stream/promises";
import type { FastifyInstance } from "fastify";

/** A client that sends a larger rest than goes through in this time may see its connection break before it sees the answer. */
const lingerMs = 2_000;

/**
 * Reads the rest of a body that nobody reads any more, for a while, before the answer goes: many clients send everything before
 * they look at what comes back, and would see a broken pipe instead of 413 or 503.
 */
export function readRestOfBody(server: FastifyInstance): void {
  server.addHook("onSend", async ({ raw }, reply) => {
    if (raw.complete || raw.destroyed) return;
    raw.unpipe();
    raw.resume();
    await finished(raw, { writable: false, signal: AbortSignal.timeout(lingerMs) }).catch(() => undefined);
    // What still comes must not be taken for the next request.
    if (!raw.complete) reply.header("connection", "close");
  });
}
