import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { Alert, Decision } from "../../schemas/types/avro.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { dlq, type Outcome, ok } from "../stream/outcome.ts";
import { canonicalRecord, sha256 } from "./canonical-json.ts";

const eventFields = {
  causeId: "string",
  ts: "int64",
  clusterId: "string",
  deploymentId: "string",
  entityType: "string",
  entityId: "string",
  modelVersion: "string",
  kind: "string",
  actor: "string",
  action: "string",
  target: "string",
  reason: "string",
  payload: "string",
  payloadHash: "string",
} as const;
/** What is to be audited, before it has a place in the chain. `causeId` is the id of the record that it tells of. */
export type AuditEvent = StructOf<typeof eventFields>;
/** How events travel to the lane of their chain. */
export const auditEventCodec = struct(eventFields);

/** Larger payloads are told by their hash alone; the record itself stands where `sources` says. In bytes of UTF-8. */
export const payloadBytes = 400_000;
/** Room in a record of `gatewatch.audit` for what a link repeats of its cause, in bytes of UTF-8. */
const headBytes = 900_000;
/** A sentence for a person; the payload has all of it. In UTF-16 units. */
const sentenceLength = 500;

/** `alert.raised`: the pipeline that raised it, its kind, what it is about. */
export const alertEvent = (alert: Alert): Outcome<AuditEvent> =>
  event(topics.alert, alert, { kind: "alert.raised", action: alert.kind, target: alert.entity, reason: alert.title });

/** `decision.made`: the pipeline that made it, what is to be done and how far that goes, to whom. */
export function decisionEvent(decision: Decision): Outcome<AuditEvent> {
  const { kind, mode, response, policy, entity, reason } = decision;
  const what = response?.action ?? policy?.action ?? "";
  const action = [kind, mode, ...(what === "" ? [] : [what])].join(" ");
  return event(topics.decision, decision, { kind: "decision.made", action, target: response?.target ?? entity, reason });
}

interface Told {
  readonly kind: string;
  readonly action: string;
  readonly target: Alert["entity"];
  readonly reason: string;
}

function event(topic: AnyTopic, cause: Alert | Decision, { kind, action, target, reason }: Told): Outcome<AuditEvent> {
  const { id, ts, clusterId, deploymentId, entity, modelVersion, pipeline } = cause;
  const head = {
    causeId: id,
    ts,
    clusterId,
    deploymentId,
    entityType: entity.type,
    entityId: entity.id,
    modelVersion,
    kind,
    actor: pipeline,
    action: sentence(action),
    target: sentence(`${target.type}:${target.id}`),
    reason: sentence(reason),
  };
  // Refused here, where no place in the chain has been given yet: a link that its topic could not carry would leave a gap.
  const size = Object.values(head).reduce<number>((sum, text) => sum + Buffer.byteLength(String(text)), 0);
  if (size > headBytes) return dlq("GW_RECORD_TOO_LARGE", `ids and names of the record have ${size} bytes, at most ${headBytes} fit`);
  const payload = canonicalRecord(topic, cause);
  return ok({ ...head, payload: Buffer.byteLength(payload) > payloadBytes ? "" : payload, payloadHash: sha256(payload) });
}

const sentence = (text: string): string => (text.length > sentenceLength ? `${text.slice(0, sentenceLength)}…`.toWellFormed() : text);
