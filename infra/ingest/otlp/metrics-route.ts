import type { FastifyInstance, FastifyReply } from "fastify";
import { faultOf } from "../../../schemas/faults/fault.ts";
import { topics } from "../../../schemas/topics/index.ts";
import type { AnyTopic } from "../../../schemas/topics/topic.ts";
import { isReadable, wholeBody } from "../http/body.ts";
import { statusOf } from "../http/refuse.ts";
import type { Intake } from "../intake.ts";
import { parseObject } from "../parse-object.ts";
import { decodeRequest, encodeMessage, mustBeReadable } from "./messages.ts";
import { MetricValues } from "./metric-values.ts";
import { requestOf } from "./request.ts";

/** What the route is given. */
export interface OtlpOptions {
  /** Of an unpacked body, in bytes. */
  readonly maxBodyBytes: number;
  /** Of services without a name of their own. */
  readonly deploymentId: string;
  readonly now?: () => number;
}

const protobuf = "application/x-protobuf";
const json = "application/json";
/** Values handed to the intake at once. */
const pieceValues = 2_000;

/** Codes of google.rpc.Status. */
const invalidArgument = 3;
const unavailable = 14;

/**
 * `POST /v1/metrics`: OTLP over HTTP, Protobuf or JSON, plain or gzip, into `moe.metric`. 200 says that Kafka has what was taken;
 * data points that could not be used are counted in `partialSuccess`. 429 and 503 ask the SDK to send again.
 *
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlpMetricsRoute(server: FastifyInstance, intake: Intake, { maxBodyBytes, ...rest }: OtlpOptions): void {
  const metricValues = new MetricValues(rest);
  server.post("/v1/metrics", async (request, reply) => {
    const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (!isReadable(request) || (type !== protobuf && type !== json))
      return reply.code(415).send({ error: `send ${protobuf} or ${json}, plain or gzip` });
    try {
      const body = await wholeBody(request, maxBodyBytes);
      if (type === json) mustBeReadable(body);
      const values = metricValues.of(requestOf(type === json ? parseObject(body) : decodeRequest(body)));
      const rejected = await take(intake, values);
      return answer(reply, type, "Response", partialSuccess([...values.refused, ...rejected]));
    } catch (error) {
      const fault = faultOf(error, "GW_RECORD_UNREADABLE", "reading the body");
      const { code, retryAfterS } = statusOf(fault);
      reply.code(code);
      if (retryAfterS !== undefined) reply.header("retry-after", String(retryAfterS));
      return answer(reply, type, "Status", { code: retryAfterS === undefined ? invalidArgument : unavailable, message: fault.message });
    }
  });
}

/** Resolves to a reason for each data point of which a value was refused. */
async function take(intake: Intake, { values, points }: ReturnType<MetricValues["of"]>): Promise<string[]> {
  const reasons = new Map<number, string>();
  for (let from = 0; from < values.length; from += pieceValues) {
    const { faults } = await intake.take(topics.metric as AnyTopic, values.slice(from, from + pieceValues));
    for (const { index, message } of faults) reasons.set(points[from + index] ?? -1, `${String(values[from + index]?.name)}: ${message}`);
  }
  return [...reasons.values()];
}

function partialSuccess(reasons: readonly string[]): Readonly<Record<string, unknown>> {
  if (reasons.length === 0) return {};
  const [first = ""] = reasons;
  // A 64-bit number: as text in JSON.
  return {
    partialSuccess: { rejectedDataPoints: String(reasons.length), errorMessage: `first of ${reasons.length}: ${first.slice(0, 500)}` },
  };
}

function answer(reply: FastifyReply, type: string, kind: "Response" | "Status", content: Readonly<Record<string, unknown>>): FastifyReply {
  return type === json ? reply.type(json).send(content) : reply.type(protobuf).send(encodeMessage(kind, content));
}
