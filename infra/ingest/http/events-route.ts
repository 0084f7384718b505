import { setImmediate } from "node:timers/promises";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Fault } from "../../../schemas/faults/fault.ts";
import { topicByName, topics } from "../../../schemas/topics/index.ts";
import type { AnyTopic } from "../../../schemas/topics/topic.ts";
import type { Intake, Taken } from "../intake.ts";
import { type Line, lines } from "../lines.ts";
import { parseJson, parseObject } from "../parse-object.ts";
import { bodyOf, hold, isReadable, letGo, wholeBody } from "./body.ts";
import { refuse } from "./refuse.ts";

/** Bounds of one request, in bytes. */
export interface BodyLimits {
  /** Of a body that is read as a whole: JSON. */
  readonly maxBodyBytes: number;
  /** Of one that is read line by line. */
  readonly maxStreamBytes: number;
}

/** What a client is told: so many were taken, and what was wrong with the first of the others. */
interface Tally {
  accepted: number;
  rejected: number;
  /** The first event of which nothing is settled: where to go on from when the rest was not taken. */
  next: number;
  readonly faults: { readonly index: number; readonly code: string; readonly message: string }[];
}

const mostFaults = 100;
const lineTypes: ReadonlySet<string> = new Set(["application/x-ndjson", "application/jsonl", "application/x-jsonlines", "text/plain"]);
const jsonTypes: ReadonlySet<string> = new Set(["", "application/json"]);
/** Values handed to the intake at once while lines are read. */
const pieceLines = 2_000;
const pieceBytes = 1 << 20;

/**
 * `POST /api/v1/events/{topic}`: events of an input topic as one JSON object, an array, or JSON Lines. 200 says that Kafka has
 * them all; 422 that it has all but those named. Lines are taken as they come: memory does not grow with their number.
 */
export function eventsRoute(server: FastifyInstance, intake: Intake, limits: BodyLimits): void {
  server.post<{ Params: { topic: string } }>("/api/v1/events/:topic", async (request, reply) => {
    const topic = topicByName(request.params.topic);
    if (topic === undefined || topic.role !== "input") return reply.code(404).send({ error: `events can be sent to ${inputs}` });
    const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (!isReadable(request) || !(lineTypes.has(type) || jsonTypes.has(type)))
      return reply
        .code(415)
        .send({ error: "set content-type: application/json for one or an array, application/x-ndjson for lines; plain or gzip" });
    const tally: Tally = { accepted: 0, rejected: 0, next: 0, faults: [] };
    try {
      if (lineTypes.has(type)) await takeLines(topic, request, { intake, limits, tally });
      else await takeAll(topic, valuesOf(await wholeBody(request, limits.maxBodyBytes)), { intake, limits, tally });
    } catch (error) {
      return refuse(reply, error, tally);
    }
    const { next: _, ...told } = tally;
    return reply.code(told.rejected > 0 ? 422 : 200).send(told);
  });
}

const inputs = Object.values(topics)
  .filter(({ role }) => role === "input")
  .map(({ name }) => name)
  .join(", ");

/** Throws GW_RECORD_UNREADABLE, GW_RECORD_TOO_LARGE, GW_RECORD_SHAPE. */
function valuesOf(body: Buffer): readonly unknown[] {
  const parsed = parseJson(body);
  if (Array.isArray(parsed)) return parsed;
  if (typeof parsed !== "object" || parsed === null) throw new Fault("GW_RECORD_SHAPE", "the body is neither an object nor an array");
  return [parsed];
}

interface Taking {
  readonly intake: Intake;
  readonly limits: BodyLimits;
  readonly tally: Tally;
}

/** In pieces, and others get their turn in between: a body of empty objects holds millions of them. */
async function takeAll(topic: AnyTopic, values: readonly unknown[], { intake, tally }: Taking): Promise<void> {
  for (let from = 0; from < values.length; from += pieceLines) {
    count(tally, await intake.take(topic, values.slice(from, from + pieceLines)), from);
    tally.next = Math.min(from + pieceLines, values.length);
    await setImmediate();
  }
}

async function takeLines(topic: AnyTopic, request: FastifyRequest, { intake, limits, tally }: Taking): Promise<void> {
  let piece: { index: number; value: Readonly<Record<string, unknown>> }[] = [];
  let bytes = 0;
  let seen = 0;
  const flush = async () => {
    const taken = piece;
    piece = [];
    bytes = 0;
    if (taken.length > 0) {
      const { accepted, faults } = await intake.take(
        topic,
        taken.map(({ value }) => value),
      );
      count(tally, { accepted, faults: faults.map((fault) => ({ ...fault, index: taken[fault.index]?.index ?? fault.index })) }, 0);
    }
    tally.next = seen;
    letGo(request);
  };
  for await (const found of lines(bodyOf(request, limits.maxStreamBytes))) {
    for (const line of found) {
      const value = objectOf(line, tally);
      if (value !== undefined) piece.push({ index: line.number - 1, value });
      bytes += line.length;
      seen = line.number;
      hold(request, line.length);
      if (piece.length >= pieceLines || bytes >= pieceBytes) await flush();
    }
  }
  await flush();
}

function objectOf({ number, bytes, length }: Line, tally: Tally): Readonly<Record<string, unknown>> | undefined {
  try {
    if (length > bytes.length + 1) throw new Fault("GW_RECORD_TOO_LARGE", `the line has ${length} bytes`);
    return parseObject(bytes);
  } catch (error) {
    const { code, message } = error as Fault;
    count(tally, { accepted: 0, faults: [{ index: number - 1, code, message }] }, 0);
    return undefined;
  }
}

function count(tally: Tally, { accepted, faults }: Taken, from: number): void {
  tally.accepted += accepted;
  tally.rejected += faults.length;
  for (const fault of faults) if (tally.faults.length < mostFaults) tally.faults.push({ ...fault, index: from + fault.index });
}
