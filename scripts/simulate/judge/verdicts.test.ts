import { describe, expect, it } from "vitest";
import type { Alert, Injection } from "../../../schemas/types/avro.ts";
import { faultNames } from "../faults/fault-names.ts";
import { falseAlertTable, verdictTable } from "./tables.ts";
import type { Trial } from "./trial.ts";
import { falseAlerts, verdicts } from "./verdicts.ts";

const hourMs = 3_600_000;
const injected = (startMs: number): Injection =>
  ({
    id: `s${startMs}`,
    deploymentId: "sim",
    fault: "scanner",
    startTs: startMs * 1_000,
    endTs: (startMs + 60_000) * 1_000,
    entity: { type: "source", id: "192.0.2.1" },
    evidence: [],
    expectedKinds: ["behaviour.scan", "http.threat"],
  }) as unknown as Injection;
const alerted = (ms: number, kind = "http.threat", source = "192.0.2.1"): Alert =>
  ({ ts: ms * 1_000, kind, deploymentId: "sim", entity: { type: "source", id: source }, evidence: [] }) as unknown as Alert;
const trial = (injections: Injection[], alerts: Alert[]): Trial => ({ injections, alerts, startMs: 0, endMs: hourMs });
const scanner = (trials: Trial[], calm: Trial[] = []) => verdicts(trials, calm).find(({ fault }) => fault === "scanner");

describe("verdicts", () => {
  it("count what was found, by which kinds, and after how long", () => {
    const trials = [
      trial([injected(600_000)], [alerted(605_000), alerted(610_000), alerted(620_000, "behaviour.scan")]),
      trial([injected(600_000)], [alerted(615_000)]),
      trial(
        [injected(600_000)],
        [alerted(599_000), alerted(800_000), alerted(605_000, "metric.spike"), alerted(605_000, "http.threat", "192.0.2.9")],
      ),
    ];
    expect(scanner(trials)).toMatchObject({
      injected: 3,
      found: 2,
      whileOn: 2,
      afterS: { least: 5, median: 10, most: 15 },
      by: [
        ["http.threat", 2],
        ["behaviour.scan", 1],
      ],
    });
  });

  it("tell what was found while it was on from what came in the minute after", () => {
    const late = trial([injected(600_000)], [alerted(670_000)]);
    expect(scanner([late])).toMatchObject({ found: 1, whileOn: 0, afterS: { median: 70 } });
    expect(scanner([late, trial([injected(600_000)], [alerted(660_000)])])).toMatchObject({ found: 2, whileOn: 1 });
  });

  it("have a row for every fault, also those that nothing has found", () => {
    const all = verdicts([trial([injected(600_000)], [])], []);
    expect(all.map(({ fault }) => fault)).toEqual(faultNames);
    expect(scanner([trial([injected(600_000)], [])])).toMatchObject({ injected: 1, found: 0, by: [], afterS: undefined });
  });

  it("say how likely chance would have found it", () => {
    const injections = [trial([injected(600_000)], [])];
    expect(scanner(injections, [trial([], [])])?.byChance).toBe(0);
    // 30 an hour of the right kind and place, over the two minutes in which an answer counts: 1 - exp(-1).
    const noisy = trial(
      [],
      Array.from({ length: 30 }, (_, i) => alerted(i * 60_000)),
    );
    expect(scanner(injections, [noisy])?.byChance).toBeCloseTo(1 - Math.exp(-1), 6);
    const elsewhere = trial(
      [],
      Array.from({ length: 30 }, (_, i) => alerted(i * 60_000, "http.threat", "192.0.2.9")),
    );
    expect(scanner(injections, [elsewhere])?.byChance).toBe(0);
  });

  it("count alerts as false that came while nothing was on, an hour of such time", () => {
    const trials = [
      trial([injected(600_000)], [alerted(100_000), alerted(630_000, "router.baseline"), alerted(900_000)]),
      trial([], [alerted(5_000)]),
    ];
    // The first hour has two minutes in which something was on.
    expect(
      falseAlerts(trials)
        .get("http.threat")
        ?.map((rate) => Math.round(rate * 1_000)),
    ).toEqual([Math.round((2 / (58 / 60)) * 1_000), 1_000]);
    expect(falseAlerts(trials).has("router.baseline")).toBe(false);
  });
});

describe("the tables", () => {
  it("show gaps as they are", () => {
    const [, , ...rows] = verdictTable(verdicts([trial([injected(600_000)], [alerted(605_000)])], []));
    expect(rows).toHaveLength(faultNames.length);
    expect(rows.find((row) => row.startsWith("| scanner "))).toBe("| scanner | 1 of 1 | 1 | 5.0 (5.0 to 5.0) | `http.threat` 1 | 0 % |");
    expect(rows.find((row) => row.startsWith("| dead-expert "))).toBe("| dead-expert | 0 of 0 | 0 |  | nothing | 0 % |");
  });

  it("add up to all, seed by seed", () => {
    const rates = new Map([
      ["b", [1, 0]],
      ["a", [2, 4]],
    ]);
    expect(falseAlertTable(rates, 2).slice(2)).toEqual([
      "| `a` | 3.0 | 2.0 to 4.0 |",
      "| `b` | 0.5 | 0.0 to 1.0 |",
      "| all | 3.5 | 3.0 to 4.0 |",
    ]);
    expect(falseAlertTable(new Map(), 2).at(-1)).toBe("| all | 0.0 | 0.0 to 0.0 |");
  });
});
