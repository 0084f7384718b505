import type { OperatorFunction } from "rxjs";
import type { AuditRecord } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import { type At, type StoreFactory, stage } from "../stream/stage.ts";
import type { AuditEvent } from "./audit-event.ts";
import { linkHash, type Unhashed } from "./link.ts";
import { addLeaf, rootOf } from "./merkle.ts";

export interface ChainOptions {
  /** Name of the chain, which is the key of its records. */
  readonly chain: string;
  /** Links between two that state the root of the tree; the link itself is its last leaf. */
  readonly rootEvery: number;
  readonly store: StoreFactory;
}

/** Only the configuration makes chains, one at a time; a name that comes back goes on where its chain ended. */
const namesKept = 10_000;

const headFields = { size: "int64", head: "string", peaks: { list: "string" } } as const;
const headState = struct(headFields);
type Head = StructOf<typeof headFields>;

/**
 * Makes each event a link: numbered from 0, with the hash of the link before it.
 *
 *     events   a        b        c     ─▶
 *     links    0 "" h0  1 h0 h1  2 h1 h2  ─▶   every `rootEvery`-th also states the Merkle root over all links so far
 *
 * Order: as events arrive, which is not that of their times. An event that comes twice is two links of one id: the chain tells
 * what was written. State: one entry a chain, never forgotten: a chain that
 * began again would be a fork.
 *
 * Source: RFC 6962, sections 2.1 and 3 (leaf and tree hashes); S. Haber, W. S. Stornetta, How to time-stamp a digital document, 1991.
 */
export function hashChain(
  name: string,
  { chain, rootEvery, store }: ChainOptions,
): OperatorFunction<Batch<AuditEvent>, Batch<AuditRecord>> {
  return stage<Head, AuditEvent, AuditRecord>(
    name,
    {
      kind: "hash-chain",
      summary: "Each event becomes a link with the hash of the one before",
      guarantee: "One chain without fork or gap, also after a crash: its head is part of the lane's state.",
      settings: { chain, rootEvery },
      state: { codec: headState, initial: () => ({ size: 0, head: "", peaks: [] }) },
      step(state, event, at) {
        const link = linkOf(event, chain, state, at);
        const hash = linkHash(link);
        addLeaf(state.peaks, state.size, hash);
        state.size += 1;
        state.head = hash;
        const tree = state.size % rootEvery === 0;
        return ok({ ...link, hash, treeSize: tree ? state.size : null, treeRoot: tree ? rootOf(state.peaks) : null });
      },
    },
    { key: () => chain, store, maxKeys: namesKept, ttl: Number.POSITIVE_INFINITY },
  );
}

function linkOf(event: AuditEvent, chain: string, { size, head }: Head, at: At): Unhashed {
  const { causeId, ts, clusterId, deploymentId, entityType, entityId, modelVersion } = event;
  const { kind, actor, action, target, reason, payload, payloadHash } = event;
  return {
    id: outputId(["audit", clusterId, deploymentId, kind, chain, causeId]),
    ts,
    pipeline: "audit",
    clusterId,
    deploymentId,
    entity: { type: entityType as AuditRecord["entity"]["type"], id: entityId },
    sources: [...sourcesOf(at)],
    modelVersion,
    chain,
    sequence: size,
    kind,
    actor,
    action,
    target,
    reason,
    payload,
    payloadHash,
    previousHash: head,
  };
}
