import fc from "fast-check";
import { map } from "rxjs";
import { describe, expect, it } from "vitest";
import { alertOf } from "../../test/pipelines/judgements.ts";
import { conforms } from "../conformance/conforms.ts";
import { drive } from "../conformance/drive.ts";
import type { Ok } from "../stream/outcome.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { type AuditEvent, alertEvent } from "./audit-event.ts";
import { hashChain } from "./hash-chain.ts";
import { linkHash } from "./link.ts";

const eventOf = (n: number): AuditEvent => (alertEvent(alertOf("d", n)) as Ok<AuditEvent>).values[0] as AuditEvent;
const chained = (rootEvery: number) => (store: StoreFactory) => hashChain("chain", { chain: "main", rootEvery, store });
const linksOf = (events: AuditEvent[], rootEvery = 100) => drive(chained(rootEvery), [{ watermark: 0, records: events }]).out;

describe("hash-chain", () => {
  // What names its sources is hashed, and the driver numbers records anew after a restore; so events have one place here.
  conforms<AuditEvent, unknown>({
    make: (store) => (events) =>
      chained(3)(store)(events.pipe(map((batch) => ({ ...batch, origins: batch.origins.map((one) => one && { ...one, sources: [] }) })))),
    records: fc.record({
      causeId: fc.string(),
      ts: fc.nat(1e9),
      clusterId: fc.string(),
      deploymentId: fc.string({ unit: "binary" }),
      entityType: fc.constant("layer"),
      entityId: fc.string(),
      modelVersion: fc.constant(""),
      kind: fc.constant("alert.raised"),
      actor: fc.string(),
      action: fc.string(),
      target: fc.string(),
      reason: fc.string({ unit: "binary" }),
      payload: fc.json(),
      payloadHash: fc.string(),
    }),
    time: ({ ts }) => ts,
    drops: [],
  });

  it("numbers links and gives each the hash of the one before", () => {
    const links = linksOf([eventOf(0), eventOf(1), eventOf(2)]);
    expect(links.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    expect(links.map(({ previousHash }) => previousHash)).toEqual(["", links[0]?.hash, links[1]?.hash]);
    for (const link of links) expect(link.hash).toBe(linkHash(link));
    expect(links[1]).toMatchObject({
      chain: "main",
      pipeline: "audit",
      entity: { type: "layer", id: "i-0" },
      treeSize: null,
      treeRoot: null,
    });
  });

  it("states the root of the tree at every so many links", () => {
    const links = linksOf(
      Array.from({ length: 7 }, (_, n) => eventOf(n)),
      3,
    );
    expect(links.map(({ treeSize }) => treeSize)).toEqual([null, null, 3, null, null, 6, null]);
    expect(links[2]?.treeRoot).toMatch(/^[0-9a-f]{64}$/);
    expect(links[5]?.treeRoot).not.toBe(links[2]?.treeRoot);
  });

  it("makes two links of one id where an event comes twice", () => {
    const [first, second] = linksOf([eventOf(1), eventOf(1)]);
    expect(second?.id).toBe(first?.id);
    expect(second?.hash).not.toBe(first?.hash);
  });
});
