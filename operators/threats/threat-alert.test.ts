import { describe, expect, it } from "vitest";
import type { Joined } from "./join-findings.ts";
import { threatAlert } from "./threat-alert.ts";

const joined: Joined = {
  ...{ kind: "http.threat", category: "injection", joinBy: "injection", score: 0.8, severity: "MEDIUM", what: "sqli.union in query q" },
  ...{ suggestedAction: "look", why: "first", count: 1, windowStart: 60e6, endTs: 61e6, firstTs: 61e6, lastTs: 61e6 },
  ...{ clusterId: "", deploymentId: "d", tenantHash: "t", entity: { type: "source", id: "192.0.2.1" } },
  ...{ evidence: [{ name: "rule", value: "sqli.union", note: "" }], sources: [{ topic: "moe.request", partition: 0, offset: 3 }] },
};
const alert = (given: Partial<Joined> = {}) => {
  const outcome = threatAlert({ ...joined, ...given });
  return outcome.kind === "ok" ? outcome.values[0] : undefined;
};

describe("an alert of a threat", () => {
  it("says what, from whom, and that its score is no probability", () => {
    expect(alert()).toMatchObject({
      ts: 61e6,
      title: "HTTP attack (injection) from source 192.0.2.1: sqli.union in query q",
      probability: null,
      probabilityLow: null,
      probabilityHigh: null,
      evidence: [{ name: "rule" }, { name: "probability", value: "none" }],
    });
  });

  it("says how many where there were many", () => {
    const summary = alert({ why: "summary", count: 40, endTs: 120e6, lastTs: 119e6 });
    expect(summary?.title).toBe(
      "HTTP attack (injection) from source 192.0.2.1: 40 requests in this window, the worst sqli.union in query q",
    );
    expect(summary?.evidence).toContainEqual({
      name: "requests",
      value: "40",
      note: "in this window, from 1970-01-01T00:01:01.000Z to 1970-01-01T00:01:59.000Z",
    });
  });

  it("has an id by its cause: another for each window, tenant, source, category and severity, and none for the count", () => {
    const others = [
      alert(),
      alert({ windowStart: 120e6 }),
      alert({ tenantHash: "u" }),
      alert({ entity: { type: "source", id: "192.0.2.2" } }),
      alert({ joinBy: "xss" }),
      alert({ severity: "HIGH", why: "graver" }),
      alert({ why: "summary" }),
      alert({ kind: "prompt.injection" }),
    ];
    expect(new Set(others.map((one) => one?.id)).size).toBe(others.length);
    expect(alert({ why: "summary", count: 7 })?.id).toBe(alert({ why: "summary", count: 8 })?.id);
  });
});
