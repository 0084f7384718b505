import { describe, expect, it } from "vitest";
import type { Alert, Injection } from "../../schemas/types/avro.ts";
import { alertOf } from "../../test/pipelines/judgements.ts";
import { alertView } from "./alert-view.ts";
import { Findings } from "./findings.ts";
import { Story } from "./story.ts";

const startMs = Date.UTC(2026, 4, 1, 12);
const injected = (more: Partial<Injection> = {}): Injection =>
  ({
    id: "a1",
    deploymentId: "sim",
    fault: "scanner",
    phase: "STARTED",
    startTs: startMs * 1_000,
    endTs: (startMs + 30_000) * 1_000,
    detail: "192.0.2.1 asks for files",
    entity: { type: "source", id: "192.0.2.1" },
    evidence: [],
    expectedKinds: ["behaviour.scan", "http.threat"],
    ...more,
  }) as unknown as Injection;
const alerted = (afterMs: number, more: Partial<Alert> = {}): Alert =>
  alertOf("sim", 0, {
    ts: (startMs + afterMs) * 1_000,
    kind: "http.threat",
    title: "a path that should not be there",
    entity: { type: "source", id: "192.0.2.1" },
    evidence: [],
    ...more,
  });

/** The story as `up` tells it: over the findings that the page shows too. */
class Telling {
  readonly findings = new Findings();
  readonly #story = new Story(this.findings);

  injection(injection: Injection, nowMs: number): string[] {
    return this.#story.injection(this.findings.injection(injection, nowMs), nowMs);
  }

  alert(alert: Alert, nowMs: number): string[] {
    const shown = alertView(alert);
    return this.#story.alert(shown, this.findings.alert(alert, shown, nowMs), nowMs);
  }
}

describe("what the console says", () => {
  it("names what is injected, the first alert of it, and after how long it was found", () => {
    const story = new Telling();
    expect(story.injection(injected(), startMs + 500)).toEqual([
      "injected: scanner on sim, 12:00:00 to 12:00:30: 192.0.2.1 asks for files",
    ]);
    expect(story.alert(alerted(6_000), startMs + 6_240)).toEqual([
      "alert 12:00:06 HIGH http.threat sim: a path that should not be there",
      "found: scanner on sim by http.threat after 6.2 s",
    ]);
  });

  it("shows a graver alert about a matter that was shown already", () => {
    const story = new Telling();
    const sent = [alerted(0, { severity: "MEDIUM" }), alerted(1_000, { severity: "CRITICAL", title: "worse" }), alerted(2_000)];
    expect(sent.flatMap((alert, n) => story.alert({ ...alert, id: `a${n}` }, startMs + n * 1_000))).toEqual([
      "alert 12:00:00 MEDIUM http.threat sim: a path that should not be there",
      "alert 12:00:01 CRITICAL http.threat sim: worse",
    ]);
  });

  it("joins the alerts of one attack, from however many sources, and counts them", () => {
    const story = new Telling();
    story.injection(injected({ evidence: [{ name: "source", value: "192.0.2.2", note: "" }] }), startMs);
    story.alert(alerted(1_000), startMs + 1_000);
    for (let i = 0; i < 50; i += 1)
      expect(story.alert(alerted(2_000, { entity: { type: "source", id: `192.0.2.${1 + (i % 2)}` } }), startMs + 2_000)).toEqual([]);
    expect(story.injection(injected({ startTs: (startMs + 70_000) * 1_000, endTs: (startMs + 80_000) * 1_000 }), startMs + 70_000)).toEqual(
      ["and 50 more http.threat on sim since 12:00:01", expect.stringMatching(/^injected: /)],
    );
  });

  it("says each kind that finds it once", () => {
    const story = new Telling();
    story.injection(injected(), startMs);
    expect(story.alert(alerted(1_000), startMs + 1_000)).toHaveLength(2);
    expect(story.alert(alerted(3_000, { kind: "behaviour.scan" }), startMs + 3_000)[1]).toMatch(
      /^found: .* by behaviour\.scan after 3\.0 s$/,
    );
    expect(story.alert(alerted(4_000, { kind: "behaviour.scan" }), startMs + 4_000)).toEqual([]);
  });

  it("says what was not found, once its time and the grace are over", () => {
    const story = new Telling();
    story.injection(injected(), startMs);
    const other = (afterMs: number) =>
      story.alert(alerted(afterMs, { kind: "metric.spike", entity: { type: "series", id: `s${afterMs}` } }), startMs + afterMs);
    expect(other(104_000).join("\n")).not.toMatch(/found/);
    expect(other(106_000)[0]).toBe("not found: scanner on sim; wanted was behaviour.scan or http.threat");
    expect(other(107_000).join("\n")).not.toMatch(/not found/);
  });

  it("shows alerts of nothing that was injected, each matter once a minute: those who send requests are one", () => {
    const story = new Telling();
    const shown = [0, 10_000, 59_000, 61_000].map((afterMs) => {
      const entity = { type: "source", id: `192.0.2.${afterMs % 7}` } as const;
      return story.alert(alerted(afterMs, { entity }), startMs + afterMs).length;
    });
    // The last brings the number of those that were joined with it.
    expect(shown).toEqual([1, 0, 0, 2]);
    expect(story.alert(alerted(62_000, { entity: { type: "series", id: "kv" } }), startMs + 62_000)).toHaveLength(1);
  });

  it("tells an injection once, and none by its end", () => {
    const story = new Telling();
    expect(story.injection(injected(), startMs)).toHaveLength(1);
    expect(story.injection(injected(), startMs)).toEqual([]);
    expect(story.injection(injected({ phase: "ENDED" }), startMs + 30_000)).toEqual([]);
  });

  it("says of history by what it was found, and not after how long", () => {
    const story = new Telling();
    const nowMs = startMs + 86_400_000;
    expect(story.injection(injected(), nowMs)).toHaveLength(1);
    expect(story.alert(alerted(6_000), nowMs + 50_000)[1]).toBe("found: scanner on sim by http.threat");
  });

  it("says what had found an injection before it was told", () => {
    const story = new Telling();
    expect(story.alert(alerted(1_000), startMs + 1_500)).toHaveLength(1);
    expect(story.injection(injected(), startMs + 2_000)[1]).toBe("found: scanner on sim by http.threat after 1.5 s");
  });

  it("gives an alert to the same injection as the page", () => {
    const story = new Telling();
    story.injection(injected(), startMs);
    const later = {
      fault: "sql-injection",
      startTs: (startMs + 45_000) * 1_000,
      endTs: (startMs + 75_000) * 1_000,
      expectedKinds: ["http.threat"],
    };
    story.injection(injected({ ...later, entity: { type: "source", id: "192.0.2.9" } }), startMs + 45_000);
    // The first is in its grace, the second is on, and both expect this kind.
    const said = [1, 9].map(
      (host) => story.alert(alerted(50_000 + host, { entity: { type: "source", id: `192.0.2.${host}` } }), startMs + 51_000)[1],
    );
    expect(said).toEqual([expect.stringMatching(/^found: scanner /), expect.stringMatching(/^found: sql-injection /)]);
    expect(story.findings.views(startMs + 52_000).map(({ fault, state }) => [fault, state])).toEqual([
      ["sql-injection", "found"],
      ["scanner", "found"],
    ]);
  });
});
