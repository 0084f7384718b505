import { describe, expect, it } from "vitest";
import { alertOf, decisionOf } from "../../test/pipelines/judgements.ts";
import type { Ok, Outcome } from "../stream/outcome.ts";
import { type AuditEvent, alertEvent, auditEventCodec, decisionEvent, payloadBytes } from "./audit-event.ts";
import { sha256 } from "./canonical-json.ts";

function only(outcome: Outcome<AuditEvent>): AuditEvent {
  expect(outcome).toMatchObject({ kind: "ok", values: [expect.anything()] });
  return (outcome as Ok<AuditEvent>).values[0] as AuditEvent;
}

describe("what is audited", () => {
  it("of an alert: who raised which kind about what, and the alert itself", () => {
    const event = only(alertEvent(alertOf("d", 7)));
    expect(event).toMatchObject({
      causeId: alertOf("d", 7).id,
      kind: "alert.raised",
      actor: "test",
      action: "router.baseline",
      target: "layer:i-0",
      reason: "Layer 3 of i-0: entropy 0.5",
      payloadHash: sha256(event.payload),
    });
    expect(JSON.parse(event.payload)).toEqual(alertOf("d", 7));
  });

  it("of a decision: what is to be done, how far that goes, to whom", () => {
    expect(only(decisionEvent(decisionOf("d", 1)))).toMatchObject({ action: "REPLICAS ADVISE", target: "deployment:d", actor: "scaling" });
    const response = { action: "BLOCK" as const, target: { type: "source" as const, id: "192.0.2.1" }, ttlS: 60 };
    const blocked = decisionOf("d", 1, { kind: "RESPONSE", mode: "DRY_RUN", replicas: null, response });
    expect(only(decisionEvent(blocked))).toMatchObject({
      kind: "decision.made",
      action: "RESPONSE DRY_RUN BLOCK",
      target: "source:192.0.2.1",
    });
    const policy = { policyId: "p", policyVersion: 1, permitted: false, principal: "u", action: "read", resource: "prompt" };
    expect(only(decisionEvent(decisionOf("d", 1, { kind: "POLICY", replicas: null, policy })))).toMatchObject({
      action: "POLICY ADVISE read",
    });
  });

  it("travels between lanes without loss", () => {
    const event = only(alertEvent(alertOf("d", 1, { title: "__proto__ 💥 <script>" })));
    expect(auditEventCodec.type.fromBuffer(auditEventCodec.type.toBuffer(event))).toEqual(event);
  });

  it("leaves a payload out that no record could carry, and still says its hash", () => {
    const small = only(alertEvent(alertOf("d", 1)));
    const event = only(alertEvent(alertOf("d", 1, { suggestedAction: "x".repeat(payloadBytes) })));
    expect(event.payload).toBe("");
    expect(event.payloadHash).toMatch(/^[0-9a-f]{64}$/);
    expect(event.payloadHash).not.toBe(small.payloadHash);
  });

  it("cuts a sentence short, not between the halves of a character", () => {
    const { reason } = only(alertEvent(alertOf("d", 1, { title: `${"x".repeat(499)}💥${"y".repeat(1_000_000)}` })));
    expect(reason).toHaveLength(501);
    expect(reason.isWellFormed()).toBe(true);
  });

  it("refuses what no link could hold before it has a place in the chain", () => {
    const entity = { type: "series" as const, id: "é".repeat(460_000) };
    expect(alertEvent(alertOf("d", 1, { entity }))).toMatchObject({ kind: "dlq", code: "GW_RECORD_TOO_LARGE" });
  });
});
