import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { audit } from "../../pipelines/audit.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AuditRecord } from "../../schemas/types/avro.ts";
import { drivePipeline } from "../../test/pipelines/driver.ts";
import { alertOf, decisionOf } from "../../test/pipelines/judgements.ts";
import { linkHash } from "./link.ts";
import { verifyChain } from "./verify-chain.ts";

const judged = Array.from({ length: 24 }, (_, n) => [
  { topic: topics.alert, value: alertOf(`d-${n % 3}`, n) },
  { topic: topics.decision, value: decisionOf(`d-${n % 3}`, n) },
]).flat();
const chain = drivePipeline(audit, judged, { options: { rootEvery: 10 } }).values(topics.audit) as AuditRecord[];
const place = fc.nat(chain.length - 1);
const linkAt = (index: number) => chain[index] as AuditRecord;
const found = (records: readonly AuditRecord[]) => verifyChain(records).faults;

/** Every field of a link, with another value than it has. */
const edits: { readonly [K in keyof Required<AuditRecord>]: (link: AuditRecord) => AuditRecord[K] } = {
  id: ({ id }) => `${id}0`,
  ts: ({ ts }) => ts + 1,
  pipeline: () => "other",
  clusterId: () => "other",
  deploymentId: () => "other",
  entity: ({ entity }) => ({ ...entity, id: `${entity.id}0` }),
  sources: ({ sources }) => sources.map((source) => ({ ...source, offset: source.offset + 1 })),
  modelVersion: () => "other",
  chain: () => "other",
  sequence: ({ sequence }) => sequence + 1,
  kind: () => "other",
  actor: () => "other",
  action: () => "other",
  target: () => "other",
  reason: () => "nothing happened",
  payload: ({ payload }) => payload.replace("0.5", "0.9").concat(" "),
  payloadHash: ({ payloadHash }) => payloadHash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
  previousHash: ({ previousHash }) => `${previousHash}0`,
  hash: ({ hash }) => hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
  treeSize: ({ treeSize }) => (treeSize ?? 0) + 1,
  treeRoot: ({ hash }) => hash,
};

describe("the check of a chain", () => {
  it("finds nothing in what the pipeline wrote, and says its length, head and root", () => {
    const { links, head, root, faults } = verifyChain(chain);
    expect({ links, head, faults }).toEqual({ links: judged.length, head: chain.at(-1)?.hash, faults: [] });
    const atTen = verifyChain(chain.slice(0, 10));
    expect(atTen.root).toBe(chain[9]?.treeRoot);
    expect(root).not.toBe(atTen.root);
  });

  it("finds nothing in nothing", () => expect(verifyChain([])).toMatchObject({ links: 0, head: "", faults: [] }));

  it.each(Object.entries(edits))("finds an edit of %s, at its link", (field, edit) =>
    fc.assert(
      fc.property(place, (index) => {
        const forged = chain.with(index, { ...linkAt(index), [field]: edit(linkAt(index)) });
        expect(found(forged)[0]).toMatchObject({ index });
      }),
    ),
  );

  it("finds an edit whose link was hashed anew: the next one does not follow it", () =>
    fc.assert(
      fc.property(fc.nat(chain.length - 2), (index) => {
        const edited = { ...linkAt(index), reason: "nothing happened" };
        const forged = chain.with(index, { ...edited, hash: linkHash(edited) });
        expect(found(forged)).toContainEqual(expect.objectContaining({ index: index + 1, what: "previous-hash" }));
      }),
    ));

  it("finds a chain that was hashed anew to its end by any root noted before", () => {
    const forged: AuditRecord[] = [];
    for (const link of chain) {
      const next = { ...link, reason: link.sequence === 3 ? "nothing happened" : link.reason, previousHash: forged.at(-1)?.hash ?? "" };
      forged.push({ ...next, hash: linkHash(next) });
    }
    expect(found(forged)).toMatchObject([
      { index: 9, what: "tree" },
      { index: 19, what: "tree" },
      { index: 29, what: "tree" },
      { index: 39 },
    ]);
    expect(verifyChain(forged).head).not.toBe(verifyChain(chain).head);
  });

  it("finds what is left out, but at the end only by its head", () => {
    fc.assert(
      fc.property(fc.nat(chain.length - 2), (index) => {
        expect(found(chain.toSpliced(index, 1))).not.toEqual([]);
      }),
    );
    const cut = verifyChain(chain.slice(0, -1));
    expect(cut.faults).toEqual([]);
    expect(cut.head).not.toBe(verifyChain(chain).head);
  });

  it("finds what is put in, also a copy", () =>
    fc.assert(
      fc.property(place, place, (from, to) => {
        expect(found(chain.toSpliced(to, 0, linkAt(from)))).not.toEqual([]);
      }),
    ));

  it("finds any change of order", () =>
    fc.assert(
      fc.property(fc.shuffledSubarray(chain, { minLength: chain.length }), (shuffled) => {
        fc.pre(shuffled.some((link, i) => link !== chain[i]));
        expect(found(shuffled)).not.toEqual([]);
      }),
    ));

  it("says how many payloads were taken out, which is no fault", () => {
    const bare = chain.map((link) => ({ ...link, payload: "" }));
    expect(verifyChain(bare)).toMatchObject({ faults: [], withoutPayload: chain.length });
    expect(verifyChain(chain.with(3, { ...linkAt(3), payload: "" }))).toMatchObject({ faults: [], withoutPayload: 1 });
    expect(verifyChain(chain).withoutPayload).toBe(0);
  });

  it("finds roots that were taken out where it is told how often they stand", () => {
    const bare = chain.map((link) => ({ ...link, treeSize: null, treeRoot: null }));
    expect(verifyChain(bare)).toMatchObject({ faults: [], roots: 0 });
    expect(verifyChain(bare, { rootEvery: 10 })).toMatchObject({
      roots: 0,
      faults: [9, 19, 29, 39].map((index) => ({ index, what: "tree", message: `link ${index}: it states no root, as every 10th does` })),
    });
    expect(verifyChain(chain, { rootEvery: 10 })).toMatchObject({ roots: 4, faults: [] });
  });

  it("does not mind roots between those that must stand", () => expect(verifyChain(chain, { rootEvery: 20 }).faults).toEqual([]));
});
