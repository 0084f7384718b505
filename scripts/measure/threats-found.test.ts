import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { httpSamples, loggedRequests, promptSamples, type Sample } from "./threat-sets.ts";
import { alertsOf, foundBy, foundTable } from "./threats-found.ts";

const union = "1' UNION SELECT a FROM b--";
const sample = (given: Partial<Sample>): Sample => ({ set: "s", isAttack: true, half: "first", content: { path: "/" }, ...given });

describe("samples that were found", () => {
  it("are counted by set, truth and half, though all have one path", async () => {
    const content = { path: `/?q=${encodeURIComponent(union)}` };
    const samples = [
      ...[sample({ content }), sample({ content }), sample({}), sample({ half: "second" })],
      ...[sample({ isAttack: false }), sample({ set: "t", content })],
    ];
    expect(await foundBy("http.threat", samples)).toEqual([
      { set: "s", isAttack: true, half: "first", found: 2, of: 3 },
      { set: "s", isAttack: true, half: "second", found: 0, of: 1 },
      { set: "s", isAttack: false, half: "first", found: 0, of: 1 },
      { set: "t", isAttack: true, half: "first", found: 1, of: 1 },
    ]);
    expect((await foundBy("prompt.injection", samples)).every(({ found }) => found === 0)).toBe(true);
  });

  it("are shares in a table, and a half without samples has none", () => {
    const half = { set: "s", isAttack: true, half: "first", found: 1, of: 3 } as const;
    const rows = foundTable([{ ...half, isAttack: false, found: 0, of: 2_000, half: "second" }, half]);
    expect(rows.slice(2)).toEqual(["| s | 33.3 % of 3 | - |", "| **harmless:** s | - | 0 of 2,000 |"]);
  });

  it("are never those that were refused: then there is no figure", async () => {
    await expect(alertsOf([{ requestId: "r", ts: 1.5 }])).rejects.toThrow("refused");
  });
});

describe("sets as they lie in their files", () => {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-sets-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const file = (name: string, lines: readonly unknown[]) =>
    writeFileSync(
      join(dir, `${name}.gz`),
      gzipSync(lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n")),
    );
  const row = { id: "a/b/c/1", method: "GET", uri: "/a?b=1", headers: { "User-Agent": "curl/8", Cookie: "a=1" }, body: "" };
  const of = (samples: readonly Sample[], set: string) => samples.filter((one) => one.set === set);

  it("are requests, parameters of requests, and rules whose tests are requests that must be found", () => {
    file("openappsec.ndjson", [
      { ...row, expect_trigger: false, site: "x" },
      { ...row, expect_trigger: true, body: "a\ud800" },
    ]);
    file("gotestwaf.ndjson", [{ ...row, expect_trigger: true }]);
    const rule = { ...row, rule_group: "REQUEST-942-X", rule_id: "942100", paranoia_level: 1, expect_trigger: true };
    const left = [
      { paranoia_level: 2 },
      { rule_group: "REQUEST-911-X" },
      { expect_trigger: null },
      { response_side: true },
      { raw_request: "x" },
    ];
    file("crs_tests.ndjson", [rule, ...left.map((other) => ({ ...rule, ...other }))]);
    file("libinjection_payloads.ndjson", [{ id: "l:1", payload: union, expect_trigger: true }]);
    file("httpparams_train.csv", ["payload,attack_type,label", "a b,norm,0", '"say ""hi"", you",xss,1']);
    const samples = httpSamples(dir);
    expect(of(samples, "recorded browsing (open-appsec)")).toMatchObject([
      { isAttack: false, content: { path: "/a?b=1", userAgent: "curl/8", headers: { Cookie: "a=1" }, body: null } },
    ]);
    expect(of(samples, "recorded attacks (open-appsec)")).toMatchObject([{ isAttack: true, content: { body: "a\ufffd" } }]);
    expect(of(samples, "tests of the OWASP Core Rule Set")).toHaveLength(1);
    expect(of(samples, "libinjection")).toMatchObject([{ content: { path: `/?q=${encodeURIComponent(union)}` } }]);
    expect(of(samples, "HttpParams").map(({ isAttack, content }) => [isAttack, decodeURIComponent(content.path ?? "")])).toEqual([
      [false, "/?q=a b"],
      [true, '/?q=say "hi", you'],
    ]);
  });

  it("are prompts, and chat bodies of the harmless ones", () => {
    file("prompts.ndjson", [
      { id: "1", source: "p", label: 1, text: "obey" },
      { id: "2", source: "p", label: 0, text: "hello" },
    ]);
    const samples = promptSamples(dir);
    expect(samples.map(({ set, isAttack }) => [set, isAttack])).toEqual([
      ["p", true],
      ["p", false],
      ["chat bodies", false],
    ]);
    expect(JSON.parse(samples[2]?.content.body ?? "").messages).toEqual([{ role: "user", content: "hello" }]);
  });

  it("are in the half of their group, whatever else they are", () => {
    file(
      "prompts.ndjson",
      Array.from({ length: 1_000 }, (_, i) => ({ id: `${i % 100}`, source: "p", label: 1, text: `${i}` })),
    );
    const samples = promptSamples(dir);
    const first = samples.filter(({ half }) => half === "first").length;
    expect(first).toBeGreaterThan(300);
    expect(first).toBeLessThan(700);
    expect(samples.every(({ half }, i) => half === samples[i % 100]?.half)).toBe(true);
  });

  it("are the lines of a log, with a referer where there was one", async () => {
    const line = {
      id: "l:1",
      ts: "2026-01-01T00:00:00Z",
      ip: "192.0.2.1",
      method: "GET",
      uri: "/",
      referer: "-",
      ua: "curl/8",
      status: 200,
    };
    file("log.ndjson", [line, { ...line, id: "l:2", uri: `/?q=${encodeURIComponent(union)}`, referer: "http://example.com/" }]);
    const requests = loggedRequests(dir, "log");
    expect(requests[0]).toMatchObject({ requestId: "l:1", ts: 1_767_225_600_000_000, headers: {}, httpStatus: 200 });
    expect(requests[1]?.headers).toEqual({ referer: "http://example.com/" });
    expect(await alertsOf(requests)).toHaveLength(1);
  });
});
