import type { Alert, RequestEvent } from "../../schemas/types/avro.ts";
import { outputId } from "../stream/output-id.ts";

/** Kinds of alert this pipeline raises. */
export type ThreatKind = "http.threat" | "prompt.injection" | "intel.match";

/** What one request is accused of, ready to become an alert alone or together with its like. */
export interface Finding {
  readonly event: RequestEvent;
  readonly kind: ThreatKind;
  readonly category: string;
  /** Findings of one source, kind and this text are joined. */
  readonly joinBy: string;
  readonly score: number;
  readonly severity: Alert["severity"];
  /** Severity that an earlier state of the same request was told with; absent where this is the first. Requests are counted once. */
  readonly before?: Alert["severity"];
  /** What was found, as the beginning of a sentence. */
  readonly what: string;
  readonly evidence: readonly Alert["evidence"][number][];
  readonly suggestedAction: string;
}

const longestId = 200;

/** Whom an alert is about: the source address, else the key, the user or the tenant. Bounded, since it comes from outside. */
export function entityOf({ sourceIp, apiKeyHash, userHash, tenantHash }: RequestEvent): Alert["entity"] {
  const id = (text: string) => text.slice(0, longestId);
  if (sourceIp !== null && sourceIp !== "") return { type: "source", id: id(sourceIp) };
  if (apiKeyHash !== null && apiKeyHash !== "") return { type: "key", id: id(apiKeyHash) };
  if (userHash !== null && userHash !== "") return { type: "user", id: id(userHash) };
  return { type: "tenant", id: tenantHash === "" ? "unknown" : id(tenantHash) };
}

/**
 * Key of what is held for one source: within a tenant, since requests are dealt out to lanes by tenant. Hashed, so that a long
 * address costs no more memory than a short one.
 */
export function sourceKey(event: RequestEvent, ...more: readonly string[]): string {
  const { type, id } = entityOf(event);
  return outputId([event.clusterId, event.deploymentId, event.tenantHash, type, id, ...more]);
}
