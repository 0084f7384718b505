import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { Injection } from "../../schemas/types/avro.ts";
import { alertOf } from "../../test/pipelines/judgements.ts";
import { anyRecord } from "../../test/schemas/any-record.ts";
import { Findings } from "./findings.ts";

const startMs = Date.UTC(2026, 0, 1);
const injection = (n: number, given: Partial<Injection> = {}): Injection => ({
  ...(fc.sample(anyRecord(topics.injection), { numRuns: 1, seed: 1 })[0] as unknown as Injection),
  deploymentId: "d",
  fault: "dead-expert",
  phase: "STARTED",
  entity: { type: "instance", id: "i-0" },
  evidence: [],
  startTs: (startMs + n * 1_000) * 1_000,
  endTs: (startMs + (n + 30) * 1_000) * 1_000,
  expectedKinds: ["expert.dead"],
  ...given,
});
/** Seen a second after it became so. */
const seen = (n: number, kind = "expert.dead") => ({
  alert: alertOf("d", n, { kind, entity: { type: "instance", id: "i-0" }, evidence: [] }),
  atMs: startMs + (n + 1) * 1_000,
});
const statesOf = (findings: Findings, afterS: number) => findings.views(startMs + afterS * 1_000).map(({ state }) => state);

describe("findings", () => {
  it("wait while an answer may still come, and call it missed afterwards", () => {
    const findings = new Findings();
    findings.injection(injection(0), []);
    // Thirty seconds of fault, sixty in which windows may still close, fifteen on the way.
    expect([20, 90, 104, 106].map((afterS) => statesOf(findings, afterS)[0])).toEqual(["waiting", "waiting", "waiting", "missed"]);
  });

  it("tell the first right answer and how long after the begin it was seen", () => {
    const findings = new Findings();
    findings.injection(injection(0), []);
    for (const one of [seen(5, "router.drift"), seen(12), seen(20)]) findings.alert(one);
    expect(findings.views(startMs)).toMatchObject([{ state: "found", foundBy: "expert.dead", afterS: 13 }]);
  });

  it("take an answer that was on its way for long, and none from before the fault", () => {
    const findings = new Findings();
    findings.injection(injection(10), []);
    findings.alert(seen(5));
    expect(statesOf(findings, 300)).toEqual(["missed"]);
    findings.alert({ ...seen(30), atMs: startMs + 400_000 });
    expect(statesOf(findings, 300)).toEqual(["found"]);
  });

  it("find what was told late among the alerts before it", () => {
    const findings = new Findings();
    findings.injection(injection(0), [seen(20), seen(12)]);
    expect(findings.views(startMs)).toMatchObject([{ state: "found", afterS: 13 }]);
  });

  it("tell each injection once, the newest first, and keep few", () => {
    const findings = new Findings();
    for (let n = 0; n < 50; n += 1) {
      findings.injection(injection(n), []);
      findings.injection(injection(n, { phase: "ENDED" }), []);
    }
    const starts = findings.views(startMs).map(({ startTs }) => startTs / 1_000 - startMs);
    expect(starts).toEqual(Array.from({ length: 30 }, (_, i) => (49 - i) * 1_000));
  });
});
