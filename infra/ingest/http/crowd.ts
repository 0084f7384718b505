import type { FastifyInstance } from "fastify";
import { letGo } from "./body.ts";

/** How many requests are answered at once, so that their bodies fit into memory. */
export interface Crowd {
  /** Of all clients. */
  readonly maxRequests: number;
  /** Of one address, so that it cannot keep all others out. */
  readonly maxRequestsPerClient: number;
}

/** A line of JSON Lines that has not ended yet has 8 MB at most: half a gigabyte in the worst case, and what `hold` bounds. */
export const usualCrowd: Crowd = { maxRequests: 64, maxRequestsPerClient: 32 };

/** Whoever comes beyond these is told to come again in a second (429), before anything of the body is read. */
export function limitCrowd(server: FastifyInstance, { maxRequests, maxRequestsPerClient }: Crowd): void {
  const underWay = new Map<string, number>();
  let all = 0;
  server.addHook("onRequest", async (request, reply) => {
    // Whether the server lives must be known most of all while it is full.
    if (["/healthz", "/readyz"].includes(request.routeOptions.url ?? "")) return;
    const client = request.ip;
    const own = underWay.get(client) ?? 0;
    if (all >= maxRequests || own >= maxRequestsPerClient)
      return reply
        .code(429)
        .header("retry-after", "1")
        .send({ error: `${own} of your requests are under way`, code: "GW_INTAKE_FULL" });
    all += 1;
    underWay.set(client, own + 1);
    reply.raw.once("close", () => {
      letGo(request);
      all -= 1;
      const left = (underWay.get(client) ?? 1) - 1;
      if (left === 0) underWay.delete(client);
      else underWay.set(client, left);
    });
  });
}
