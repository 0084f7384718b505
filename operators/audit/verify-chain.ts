import type { AuditRecord } from "../../schemas/types/avro.ts";
import { sha256 } from "./canonical-json.ts";
import { linkHash } from "./link.ts";
import { addLeaf, rootOf } from "./merkle.ts";

/** What is wrong with a chain, at which link. */
export interface ChainFault {
  /** Place in the list given, from 0; what the link says of itself may be what was forged. */
  readonly index: number;
  readonly what: "chain" | "sequence" | "previous-hash" | "payload" | "hash" | "tree";
  readonly message: string;
}

/** What a check has found: the chain's length and head, and every fault in order. Sound where there is none. */
export interface ChainVerdict {
  readonly links: number;
  /** Hash of the last link, empty of none. Links cut off at the end are found only by whoever has noted a later head. */
  readonly head: string;
  /** Of the Merkle tree over all links. */
  readonly root: string;
  /** Roots that links state, true or not. Whoever may edit a link can take its root out: it follows from the hashes. */
  readonly roots: number;
  /** Links with an empty payload: what they said was not compared with its hash. Such are also links of more than the payload's limit. */
  readonly withoutPayload: number;
  readonly faults: readonly ChainFault[];
}

export interface ChainExpected {
  /** Every link whose number from 1 is a multiple of it must state a root; left out, none must. */
  readonly rootEvery?: number;
}

/**
 * Checks one whole chain, from its first link: that each is numbered, carries the hash of the one before, hashes to what it
 * states, and that stated roots are those of the tree. Any edit, deletion, insertion or change of order shows, but for three things:
 * what is cut off at the end, or a chain hashed anew, where a head or root noted earlier and elsewhere is needed; a payload that was
 * emptied, which is counted; and roots that were taken out, unless it is told how often they stand.
 * Cost: three hashes a link, one of them of the payload.
 */
export function verifyChain(records: Iterable<AuditRecord>, { rootEvery }: ChainExpected = {}): ChainVerdict {
  const faults: ChainFault[] = [];
  const peaks: string[] = [];
  let first: AuditRecord | undefined;
  let head = "";
  let links = 0;
  let roots = 0;
  let withoutPayload = 0;
  for (const record of records) {
    first ??= record;
    addLeaf(peaks, links, record.hash);
    const expected = { index: links, chain: first.chain, head, root: () => rootOf(peaks), rootEvery };
    for (const fault of faultsOf(record, expected)) faults.push(fault);
    if (record.treeRoot !== null) roots += 1;
    if (record.payload === "") withoutPayload += 1;
    head = record.hash;
    links += 1;
  }
  return { links, head, root: rootOf(peaks), roots, withoutPayload, faults };
}

interface Expected extends ChainExpected {
  readonly index: number;
  readonly chain: string;
  readonly head: string;
  readonly root: () => string;
}

function* faultsOf(record: AuditRecord, { index, chain, head, root, rootEvery }: Expected): Generator<ChainFault> {
  const fault = (what: ChainFault["what"], message: string): ChainFault => ({ index, what, message: `link ${index}: ${message}` });
  if (record.chain !== chain) yield fault("chain", `it belongs to the chain ${record.chain}, not ${chain}`);
  if (record.sequence !== index) yield fault("sequence", `its number is ${record.sequence}`);
  if (record.previousHash !== head) yield fault("previous-hash", "it does not follow the link before");
  if (record.payload !== "" && sha256(record.payload) !== record.payloadHash) yield fault("payload", "its payload is not the one hashed");
  if (linkHash(record) !== record.hash) yield fault("hash", "it does not hash to what it states");
  if (record.treeSize === null && record.treeRoot === null) {
    if (rootEvery !== undefined && (index + 1) % rootEvery === 0) yield fault("tree", `it states no root, as every ${rootEvery}th does`);
    return;
  }
  if (record.treeSize !== index + 1 || record.treeRoot !== root())
    yield fault("tree", "the root it states is not that of the links so far");
}
