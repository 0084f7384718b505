import type { FastifyReply } from "fastify";
import { Fault } from "../../../schemas/faults/fault.ts";

/** What a client is told of a request as a whole. */
export interface Refusal {
  readonly code: number;
  /** Where the same may be taken later. */
  readonly retryAfterS?: number;
}

const refusals: Readonly<Record<string, Refusal>> = {
  GW_INTAKE_FULL: { code: 429, retryAfterS: 1 },
  GW_INTAKE_UNAVAILABLE: { code: 503, retryAfterS: 5 },
  GW_RECORD_TOO_LARGE: { code: 413 },
  GW_RECORD_UNREADABLE: { code: 400 },
  GW_RECORD_SHAPE: { code: 400 },
};

/** The status of a fault; 500 for one that no client has caused. */
export const statusOf = ({ code }: Fault): Refusal => refusals[code] ?? { code: 500 };

/** What went wrong with the request as a whole, and what had been taken of it before. Throws again what is no Fault. */
export function refuse(reply: FastifyReply, error: unknown, told: object = {}): FastifyReply {
  if (!(error instanceof Fault)) throw error;
  const { code, retryAfterS } = statusOf(error);
  if (retryAfterS !== undefined) reply.header("retry-after", String(retryAfterS));
  return reply.code(code).send({ error: error.message, code: error.code, ...told });
}
