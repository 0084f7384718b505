import { describe, expect, it } from "vitest";
import { verifyChain } from "../../operators/audit/verify-chain.ts";
import { audit } from "../../pipelines/audit.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { Alert, AuditRecord } from "../../schemas/types/avro.ts";
import { drivePipeline } from "./driver.ts";
import { alertOf, alertRecords, decisionOf, decisionRecords } from "./judgements.ts";

const linksOf = (records: Parameters<typeof drivePipeline>[1], options = {}) =>
  drivePipeline(audit, records, { options }).values(topics.audit) as AuditRecord[];

describe("audit", () => {
  it("makes one link of every alert and every decision, in one chain", () => {
    const judged = [...alertRecords(40, 1), ...decisionRecords(40, 2)];
    const links = linksOf(judged, { rootEvery: 20 });
    expect(links).toHaveLength(judged.length);
    expect(verifyChain(links).faults).toEqual([]);
    expect(new Set(links.map(({ kind }) => kind))).toEqual(new Set(["alert.raised", "decision.made"]));
    expect(links.filter(({ treeRoot }) => treeRoot !== null)).toHaveLength(Math.floor(judged.length / 20));
  });

  it("names the record it tells of, whatever topic lies between", () => {
    const [link] = linksOf([{ topic: topics.decision, value: decisionOf("d", 1) }]);
    expect(link).toMatchObject({
      chain: "gatewatch/main",
      sequence: 0,
      previousHash: "",
      sources: [{ topic: "gatewatch.decision", partition: 0, offset: 0 }],
      deploymentId: "d",
    });
  });

  it("gives the same bytes for the same input, and another id for another chain", () => {
    const judged = alertRecords(20, 1);
    expect(linksOf(judged)).toEqual(linksOf(judged));
    const ids = (chain: string) => linksOf(judged, { chain }).map(({ id }) => id);
    expect(new Set([...ids("main"), ...ids("other")]).size).toBe(2 * judged.length);
  });

  it("takes events in the order they come, however far apart their times", () => {
    const times = [5, 1, 900_000, 2].map((n) => ({ topic: topics.alert, value: alertOf("d", n) }));
    expect(linksOf(times).map(({ ts }) => ts)).toEqual(times.map(({ value }) => value.ts));
  });

  it("chains what a hostile record says as text, and links what comes after it", () => {
    const hostile: Partial<Alert>[] = [
      { title: "\u0000__proto__\ud800", deploymentId: "__proto__" },
      { evidence: [{ name: "constructor", value: "x".repeat(900_000), note: "" }] },
      { observed: Number.MAX_VALUE, expected: -0, score: Number.MIN_VALUE },
    ];
    const links = linksOf([...hostile, {}].map((given, n) => ({ topic: topics.alert, value: alertOf("d", n, given) })));
    expect(links).toHaveLength(4);
    expect(verifyChain(links).faults).toEqual([]);
    expect(links[1]).toMatchObject({ payload: "", payloadHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("dead-letters what no link could hold, and leaves no gap for it", () => {
    const records = [{}, { entity: { type: "series" as const, id: "x".repeat(950_000) } }, {}].map((given, n) => ({
      topic: topics.alert,
      value: alertOf("d", n, given),
    }));
    const { values, outputs } = drivePipeline(audit, records);
    expect((values(topics.audit) as AuditRecord[]).map(({ sequence }) => sequence)).toEqual([0, 1]);
    expect(outputs.filter(({ kind }) => kind === "letter")).toMatchObject([{ letter: { code: "GW_RECORD_TOO_LARGE" } }]);
  });
});
