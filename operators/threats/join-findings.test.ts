import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requestDefaults } from "../../test/pipelines/requests.ts";
import { conforms } from "../conformance/conforms.ts";
import { type Arrival, drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import type { Finding } from "./finding.ts";
import { joinFindings, severities } from "./join-findings.ts";

const second = 1_000_000;
const start = Math.floor(requestDefaults.ts / (60 * second)) * 60 * second;
const make = (store: StoreFactory) => joinFindings("join", { window: 60 * second, maxKeys: 4, store });

const finding = (at: number, given: Partial<Finding> & { ip?: string; tenant?: string } = {}): Finding => ({
  event: { ...requestDefaults, ts: start + at * second, sourceIp: given.ip ?? "192.0.2.1", tenantHash: given.tenant ?? "t" },
  kind: "http.threat",
  category: "injection",
  joinBy: given.category ?? "injection",
  score: 0.8,
  severity: "MEDIUM",
  what: `seen at ${at}`,
  evidence: [{ name: "rule", value: "r", note: "" }],
  suggestedAction: "look",
  ...given,
});
/** The watermark follows the findings; `end` is where it stands at last. */
const told = (findings: readonly Finding[], end = 10_000) => {
  const arrivals: Arrival<Finding>[] = findings.map((one) => ({ watermark: one.event.ts, records: [one] }));
  return drive(make, [...arrivals, { watermark: start + end * second, records: [] }]).out.map(
    ({ why, count, severity }) => `${why} ${count} ${severity}`,
  );
};

describe("joined findings", () => {
  conforms({
    make,
    records: fc
      .record({
        at: fc.integer({ min: 0, max: 400 }),
        ip: fc.constantFrom("a", "b", "c", "d", "e", "f"),
        severity: fc.constantFrom(...severities),
        before: fc.constantFrom(undefined, ...severities),
      })
      .map(({ at, ...given }) => finding(at, given)),
    time: ({ event }) => event.ts,
    drops: [],
    maxKeys: 4,
  });

  it("are told at once when they are the first, and not again when nothing follows", () => {
    expect(told([finding(1)])).toEqual(["first 1 MEDIUM"]);
  });

  it("are told together at the end of the window when they follow", () => {
    expect(told([finding(1), finding(2), finding(3)])).toEqual(["first 1 MEDIUM", "summary 3 MEDIUM"]);
  });

  it("count a request once that turned out worse, and tell that it grew graver", () => {
    const worse = (at: number, severity: Finding["severity"]) => finding(at, { severity, before: "MEDIUM" });
    expect(told([finding(1), worse(2, "HIGH")])).toEqual(["first 1 MEDIUM", "graver 1 HIGH"]);
    expect(told([finding(1), worse(2, "MEDIUM")])).toEqual(["first 1 MEDIUM"]);
    expect(told([worse(1, "HIGH"), finding(2)])).toEqual(["first 1 HIGH", "summary 2 HIGH"]);
  });

  it("of a scanner with ten thousand requests are a few alerts", () => {
    const scan = Array.from({ length: 10_000 }, (_, i) => finding(i / 100));
    expect(told(scan)).toEqual(["first 1 MEDIUM", "summary 6000 MEDIUM", "summary 4000 MEDIUM"]);
  });

  it("that are graver than what was told are told at once: a loud attack hides no worse one", () => {
    expect(told([finding(1, { severity: "LOW" }), finding(2, { severity: "CRITICAL" }), finding(3, { severity: "HIGH" })])).toEqual([
      "first 1 LOW",
      "graver 2 CRITICAL",
      "summary 3 CRITICAL",
    ]);
  });

  it("are a first again only after a quiet window", () => {
    expect(told([finding(1), finding(61), finding(122)])).toEqual(["first 1 MEDIUM", "summary 1 MEDIUM", "summary 1 MEDIUM"]);
    expect(told([finding(1), finding(181)])).toEqual(["first 1 MEDIUM", "first 1 MEDIUM"]);
  });

  it("are kept apart by source, tenant, kind and category", () => {
    const apart = [
      finding(1),
      finding(1, { ip: "192.0.2.2" }),
      finding(1, { tenant: "u" }),
      finding(1, { category: "xss" }),
      finding(1, { kind: "prompt.injection" }),
    ];
    expect(told(apart)).toHaveLength(5);
  });

  it("that come late are still told", () => {
    const [late] = drive(make, [{ watermark: start + 900 * second, records: [finding(1)] }]).out;
    expect(late).toMatchObject({ why: "first", windowStart: start + 900 * second, firstTs: start + second });
  });

  it("show the worst of them, and name first and last record", () => {
    const records = [finding(1), finding(2, { score: 0.89, what: "the worst" }), finding(3)];
    const { out } = drive(make, [
      { watermark: start, records },
      { watermark: start + 60 * second, records: [] },
    ]);
    expect(out[1]).toMatchObject({ why: "summary", what: "the worst", score: 0.89, endTs: start + 60 * second, count: 3 });
    expect(out[1]?.sources.map(({ offset }) => offset)).toEqual([0, 2]);
  });
});
