import type { AuditRecord } from "../../schemas/types/avro.ts";
import { canonicalJson } from "./canonical-json.ts";
import { leafHash } from "./merkle.ts";

/** A link before it is hashed. */
export type Unhashed = Omit<AuditRecord, "hash" | "treeSize" | "treeRoot">;

/**
 * The hash of a link: RFC 6962's leaf hash of everything it says as canonical JSON, the hash of the link before included. The
 * payload counts through `payloadHash`, so that a chain can be checked where payloads have been taken out; root and size of the
 * tree are left out because they follow from the hashes.
 */
export function linkHash(link: Unhashed): string {
  const { id, ts, pipeline, clusterId, deploymentId, entity, sources, modelVersion } = link;
  const { chain, sequence, kind, actor, action, target, reason, payloadHash, previousHash } = link;
  const heads = { id, ts, pipeline, clusterId, deploymentId, modelVersion, chain, sequence, kind, actor, action, target, reason };
  return leafHash(
    canonicalJson({
      ...heads,
      entity: { type: entity.type, id: entity.id },
      sources: sources.map(({ topic, partition, offset }) => ({ topic, partition, offset })),
      payloadHash,
      previousHash,
    }),
  );
}
