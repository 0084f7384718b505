import { Fault } from "../../../schemas/faults/fault.ts";
import type { FaultCode } from "../../../schemas/faults/faults.ts";

/** What a broker's refusal means for whoever asked. What stands nowhere is GW_KAFKA_PROTOCOL. */
const refusals: Readonly<Record<string, FaultCode>> = {
  INVALID_PRODUCER_EPOCH: "GW_LANE_FENCED",
  PRODUCER_FENCED: "GW_LANE_FENCED",
  INVALID_PRODUCER_ID_MAPPING: "GW_LANE_FENCED",
  INVALID_TXN_STATE: "GW_LANE_OUTCOME_UNKNOWN",
  OFFSET_OUT_OF_RANGE: "GW_LANE_OFFSET_GAP",
  MESSAGE_TOO_LARGE: "GW_RECORD_TOO_LARGE",
  RECORD_LIST_TOO_LARGE: "GW_RECORD_TOO_LARGE",
  UNKNOWN_TOPIC_OR_PARTITION: "GW_TOPIC_MISSING",
  INVALID_TOPIC_EXCEPTION: "GW_TOPIC_MISSING",
  TOPIC_AUTHORIZATION_FAILED: "GW_KAFKA_AUTH",
  GROUP_AUTHORIZATION_FAILED: "GW_KAFKA_AUTH",
  CLUSTER_AUTHORIZATION_FAILED: "GW_KAFKA_AUTH",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "GW_KAFKA_AUTH",
  SASL_AUTHENTICATION_FAILED: "GW_KAFKA_AUTH",
  UNSUPPORTED_SASL_MECHANISM: "GW_KAFKA_AUTH",
  GROUP_LOAD_IN_PROGRESS: "GW_KAFKA_UNREACHABLE",
  GROUP_COORDINATOR_NOT_AVAILABLE: "GW_KAFKA_UNREACHABLE",
  NOT_COORDINATOR_FOR_GROUP: "GW_KAFKA_UNREACHABLE",
  LEADER_NOT_AVAILABLE: "GW_KAFKA_UNREACHABLE",
  NOT_LEADER_FOR_PARTITION: "GW_KAFKA_UNREACHABLE",
  BROKER_NOT_AVAILABLE: "GW_KAFKA_UNREACHABLE",
  REQUEST_TIMED_OUT: "GW_KAFKA_UNREACHABLE",
  NOT_ENOUGH_REPLICAS: "GW_KAFKA_UNREACHABLE",
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: "GW_KAFKA_UNREACHABLE",
};

/** kafkajs' own errors, by name. */
const failures: Readonly<Record<string, FaultCode>> = {
  KafkaJSConnectionError: "GW_KAFKA_UNREACHABLE",
  KafkaJSConnectionClosedError: "GW_KAFKA_UNREACHABLE",
  KafkaJSRequestTimeoutError: "GW_KAFKA_UNREACHABLE",
  KafkaJSLockTimeout: "GW_KAFKA_UNREACHABLE",
  KafkaJSTimeout: "GW_KAFKA_UNREACHABLE",
  KafkaJSBrokerNotFound: "GW_KAFKA_UNREACHABLE",
  KafkaJSGroupCoordinatorNotFound: "GW_KAFKA_UNREACHABLE",
  KafkaJSMetadataNotLoaded: "GW_KAFKA_UNREACHABLE",
  KafkaJSTopicMetadataNotLoaded: "GW_KAFKA_UNREACHABLE",
  KafkaJSSASLAuthenticationError: "GW_KAFKA_AUTH",
};

interface Thrown extends Error {
  readonly type?: string;
  readonly retriable?: boolean;
}

/** Any error of this client as a Fault; `doing` says at what. */
export function kafkaFault(error: unknown, doing: string): Fault {
  const fault = chain(error).find((one) => one instanceof Fault);
  if (fault !== undefined) return fault;
  const cause = innermost(error);
  const type = cause?.type;
  const code = (type === undefined ? failures[cause?.name ?? ""] : refusals[type]) ?? "GW_KAFKA_PROTOCOL";
  const said = cause?.message ?? String(error);
  return new Fault(code, `${doing}: ${said}${type === undefined ? "" : ` (${type})`}`, type === undefined ? {} : { type }, error);
}

/** The error code of a refusal, whatever has been wrapped around it. */
export const refusalType = (error: unknown): string | undefined => innermost(error)?.type;

/** Whether the connection broke or nobody answered, so that it cannot be known what has been done. */
export function isSilence(error: unknown): boolean {
  if (error instanceof Fault) return error.code === "GW_KAFKA_UNREACHABLE";
  return refusalType(error) === undefined && failures[innermost(error)?.name ?? ""] === "GW_KAFKA_UNREACHABLE";
}

/** kafkajs wraps the cause once or twice (number of retries exceeded, non-retriable). */
function innermost(error: unknown): Thrown | undefined {
  const all = chain(error);
  return all.find(({ type }) => type !== undefined) ?? all.find(({ name }) => failures[name] !== undefined) ?? all.at(-1);
}

function chain(error: unknown): Thrown[] {
  const found: Thrown[] = [];
  for (let at = error; at instanceof Error && !found.includes(at); at = at.cause) found.push(at);
  return found;
}
