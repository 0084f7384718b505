import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { Fault, faultOf } from "../../../schemas/faults/fault.ts";
import { topics } from "../../../schemas/topics/index.ts";
import { bodyOf, isReadable, wholeBody } from "../http/body.ts";
import { refuse } from "../http/refuse.ts";
import type { Intake } from "../intake.ts";
import { lines } from "../lines.ts";
import { parseObject } from "../parse-object.ts";
import type { CountedRoutes } from "./counted-routes.ts";
import { countedWindows, engineSource } from "./expert-counts.ts";
import { shapeIssues } from "./shape-issues.ts";

/** Bounds of one body, unpacked, in bytes. */
export interface RoutingLimits {
  readonly maxBodyBytes: number;
  readonly maxStreamBytes: number;
}

const gate = z.strictObject({
  numExperts: z.coerce.number().int().min(1).max(65_536),
  topK: z.coerce.number().int().min(1).max(256),
  source: engineSource.default("UNKNOWN"),
  deploymentId: z.string().min(1).max(500).default("default"),
  instanceId: z.string().min(1).max(500).default("i-0"),
});

const mostFaults = 100;
/** Lines between two deliveries of what they closed, at most. */
const pieceLines = 5_000;

/**
 * `POST /api/v1/routing/tokens?numExperts=N&topK=K`: JSON Lines, one token and layer each. 202 says that all are counted, 422 that
 * all but those named are. `POST /api/v1/routing/windows`: counts of all layers in one window; 200 says that Kafka has them.
 */
export function routingRoutes(server: FastifyInstance, intake: Intake, counted: CountedRoutes, limits: RoutingLimits): void {
  server.post("/api/v1/routing/tokens", async (request, reply) => {
    const shape = gate.safeParse(request.query);
    if (!shape.success) return reply.code(400).send({ error: `the address: ${shapeIssues(shape.error)}` });
    if (!isReadable(request)) return unreadable(reply);
    let next = 0;
    const told = { accepted: 0, rejected: 0, faults: [] as { index: number; code: string; message: string }[] };
    try {
      await counted.deliver();
      for await (const some of lines(bodyOf(request, limits.maxStreamBytes))) {
        for (const { number, bytes, length } of some) {
          try {
            if (length > bytes.length + 1) throw new Fault("GW_RECORD_TOO_LARGE", `the line has ${length} bytes`);
            counted.add(parseObject(bytes), shape.data);
            told.accepted += 1;
          } catch (error) {
            const { code, message } = faultOf(error, "GW_RECORD_SHAPE", "reading the line");
            told.rejected += 1;
            if (told.faults.length < mostFaults) told.faults.push({ index: number - 1, code, message });
          }
          // The line is settled, whatever becomes of the windows that it closed.
          next = number;
          if (counted.isFull || (told.accepted + told.rejected) % pieceLines === 0) await counted.deliver();
        }
      }
      await counted.deliver();
    } catch (error) {
      return refuse(reply, error, { ...told, next });
    }
    return reply.code(told.rejected > 0 ? 422 : 202).send({ ...told, ...counted.passed });
  });

  server.post("/api/v1/routing/windows", async (request, reply) => {
    if (!isReadable(request)) return unreadable(reply);
    try {
      const windows = countedWindows(parseObject(await wholeBody(request, limits.maxBodyBytes)));
      const { accepted, faults } = await intake.take(topics.router, windows);
      return reply.code(faults.length > 0 ? 422 : 200).send({ accepted, rejected: faults.length, faults: faults.slice(0, mostFaults) });
    } catch (error) {
      if (error instanceof Fault && error.code === "GW_RECORD_SENSELESS")
        return reply.code(422).send({ error: error.message, code: error.code });
      return refuse(reply, error);
    }
  });
}

const unreadable = (reply: FastifyReply) => reply.code(415).send({ error: "send JSON, plain or gzip" });
