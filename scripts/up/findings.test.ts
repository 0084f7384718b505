import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { Alert, Injection } from "../../schemas/types/avro.ts";
import { alertOf } from "../../test/pipelines/judgements.ts";
import { anyRecord } from "../../test/schemas/any-record.ts";
import { alertView } from "./alert-view.ts";
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
const alertAt = (n: number, given: Partial<Alert> = {}): Alert =>
  alertOf("d", n, { kind: "expert.dead", entity: { type: "instance", id: "i-0" }, evidence: [], ...given });
const clockMs = (n: number) => startMs + n * 1_000;

/** Findings whose injections are told as they begin, and whose alerts are seen a second after they became so. */
class Told {
  readonly findings = new Findings();

  injection(n: number, given: Partial<Injection> = {}, atS = n) {
    return this.findings.injection(injection(n, given), clockMs(atS));
  }

  alert(n: number, given: Partial<Alert> = {}, atS = n + 1) {
    const alert = alertAt(n, given);
    return this.findings.alert(alert, alertView(alert), clockMs(atS));
  }

  views(atS = 0) {
    return this.findings.views(clockMs(atS));
  }

  states(atS: number) {
    return this.views(atS).map(({ state }) => state);
  }
}

describe("findings", () => {
  it("wait while an answer may still come, and call it missed afterwards, once", () => {
    const told = new Told();
    told.injection(0);
    // Thirty seconds of fault, sixty in which windows may still close, fifteen on the way.
    expect([20, 90, 104, 106].map((atS) => told.states(atS)[0])).toEqual(["waiting", "waiting", "waiting", "missed"]);
    expect([104, 106, 107].map((atS) => told.findings.newlyMissed(clockMs(atS)).length)).toEqual([0, 1, 0]);
  });

  it("tell the first right answer and how long after the begin it was seen", () => {
    const told = new Told();
    told.injection(0);
    expect(told.alert(5, { kind: "router.drift" })).toEqual({ injection: undefined, answer: undefined });
    expect(told.alert(12).answer).toMatchObject({ kind: "expert.dead", afterS: 13 });
    expect(told.alert(20)).toMatchObject({ injection: { fault: "dead-expert" }, answer: undefined });
    expect(told.views()).toMatchObject([{ state: "found", foundBy: "expert.dead", afterS: 13 }]);
  });

  it("take an answer that was on its way for long, and none from before the fault", () => {
    const told = new Told();
    told.injection(10);
    told.alert(5);
    expect(told.states(300)).toEqual(["missed"]);
    told.alert(30, {}, 400);
    expect(told.states(400)).toEqual(["found"]);
  });

  it("find what was told late among the alerts before it", () => {
    const told = new Told();
    for (const n of [12, 20]) told.alert(n);
    expect(told.injection(0, {}, 25)?.before).toMatchObject([{ kind: "expert.dead", afterS: 13 }]);
    expect(told.views()).toMatchObject([{ state: "found", afterS: 13 }]);
    expect(told.alert(21).answer).toBeUndefined();
  });

  it("give an alert to one of several injections: the one whose place it names, whatever else is on", () => {
    const told = new Told();
    told.injection(0);
    told.injection(45, { fault: "sick-gpu", entity: { type: "instance", id: "i-1" } });
    told.injection(46, { fault: "request-flood", entity: { type: "tenant", id: "t" } });
    told.alert(50);
    expect(told.views(60).map(({ fault, state }) => [fault, state])).toEqual([
      ["request-flood", "waiting"],
      ["sick-gpu", "waiting"],
      ["dead-expert", "found"],
    ]);
  });

  it("wait for history from when it was told, and on while alerts of its time still come", () => {
    const told = new Told();
    const day = 86_400;
    told.injection(0, {}, day);
    expect([day + 104, day + 106].map((atS) => told.states(atS)[0])).toEqual(["waiting", "missed"]);
    told.alert(10, { kind: "router.drift" }, day + 104);
    // Of another time, and of another deployment.
    told.alert(500, { kind: "router.drift" }, day + 110);
    told.alert(10, { kind: "router.drift", deploymentId: "other" }, day + 110);
    expect([day + 118, day + 120].map((atS) => told.states(atS)[0])).toEqual(["waiting", "missed"]);
    // How long that took by the clock says nothing.
    expect(told.alert(12, {}, day + 119).answer).toMatchObject({ kind: "expert.dead", afterS: null });
    expect(told.views(day + 120)).toMatchObject([{ state: "found", foundBy: "expert.dead", afterS: null }]);
  });

  it("tell each injection once, the newest first, and keep few, though none ever ends", () => {
    const told = new Told();
    for (let n = 0; n < 50; n += 1) {
      expect(told.injection(n, { endTs: Number.MAX_SAFE_INTEGER })).toBeDefined();
      expect(told.injection(n, { phase: "ENDED", endTs: Number.MAX_SAFE_INTEGER })).toBeUndefined();
    }
    const starts = told.views().map(({ startTs }) => startTs / 1_000 - startMs);
    expect(starts).toEqual(Array.from({ length: 30 }, (_, i) => (49 - i) * 1_000));
  });

  it("keep of an alert what is shown of it, however large it was", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const told = new Told();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 300; n += 1) {
      // Made anew each time, as a decoder does.
      const large = () => Buffer.alloc(100_000, String.fromCharCode(97 + (n % 26))).toString("latin1");
      told.alert(n, { title: large(), suggestedAction: large(), evidence: [{ name: large(), value: large(), note: large() }] });
    }
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
    expect(told.injection(250, {}, 301)?.before).toHaveLength(1);
  });
});
