import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requestDefaults } from "../../test/pipelines/requests.ts";
import { conforms } from "../conformance/conforms.ts";
import { drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { adviseResponse } from "./advise-response.ts";
import type { Finding } from "./finding.ts";
import { severities } from "./join-findings.ts";

const second = 1_000_000;
const start = Math.floor(requestDefaults.ts / (300 * second)) * 300 * second;
const make = (store: StoreFactory) =>
  adviseResponse("advise", { after: 3, window: 300 * second, trusted: (address) => address === "10.0.0.1", maxKeys: 4, store });
const finding = (at: number, given: Partial<Finding> = {}, sourceIp: string | null = "192.0.2.1"): Finding => ({
  ...{ event: { ...requestDefaults, ts: start + at * second, sourceIp }, kind: "http.threat", category: "injection", joinBy: "injection" },
  ...{ score: 0.9, severity: "HIGH", what: "sqli.union in query q", evidence: [], suggestedAction: "", ...given },
});
const advised = (findings: readonly Finding[]) =>
  drive(make, [{ watermark: 0, records: findings }]).out.map(({ response, ts }) => `${response?.action} at ${(ts - start) / second}`);
const at = (...times: number[]) => times.map((time) => finding(time));

describe("advice on a source", () => {
  conforms({
    make,
    records: fc
      .record({
        at: fc.integer({ min: 0, max: 2_000 }),
        ip: fc.constantFrom("a", "b", "c", "d", "e", "10.0.0.1"),
        severity: fc.constantFrom(...severities),
        before: fc.constantFrom(undefined, ...severities),
      })
      .map(({ at, ip, ...given }) => finding(at, given, ip)),
    time: ({ event }) => event.ts,
    drops: [],
    maxKeys: 4,
  });

  it("comes once a window, when it goes on", () => {
    expect(advised(at(1, 2))).toEqual([]);
    expect(advised(at(1, 2, 3, 4, 5, 6, 7))).toEqual(["THROTTLE at 3"]);
  });

  it("is to block where it goes on in the next window, and to throttle again after a quiet one", () => {
    expect(advised(at(1, 2, 3, 301, 302, 303))).toEqual(["THROTTLE at 3", "BLOCK at 303"]);
    expect(advised(at(1, 2, 3, 601, 602, 603))).toEqual(["THROTTLE at 3", "THROTTLE at 603"]);
  });

  it("is never more than advice, says for how long, and why", () => {
    const [decision] = drive(make, [{ watermark: 0, records: at(1, 2, 3) }]).out;
    expect(decision).toMatchObject({
      kind: "RESPONSE",
      mode: "ADVISE",
      expiresTs: start + 303 * second,
      entity: { type: "source", id: "192.0.2.1" },
      response: { action: "THROTTLE", target: { type: "source", id: "192.0.2.1" }, ttlS: 300 },
      reason: expect.stringContaining("3 requests"),
    });
  });

  it("is not given on low findings, prompts, sources without an address, or trusted ones", () => {
    const three = (given: Partial<Finding>, ip?: string | null) => advised([1, 2, 3].map((time) => finding(time, given, ip)));
    expect(three({ severity: "LOW" })).toEqual([]);
    expect(three({ kind: "prompt.injection" })).toEqual([]);
    expect(three({ kind: "intel.match" })).toEqual([]);
    expect(three({}, null)).toEqual([]);
    expect(three({}, "10.0.0.1")).toEqual([]);
  });

  it("counts a request that turned out worse once: where it was first grave enough", () => {
    const three = (before: Finding["before"]) => advised([finding(1), finding(2), finding(3, { before })]);
    expect(three("MEDIUM")).toEqual([]);
    expect(three("LOW")).toEqual(["THROTTLE at 3"]);
  });

  it("counts a late finding in the newest window", () => expect(advised(at(301, 302, 2))).toEqual(["THROTTLE at 2"]));
});
