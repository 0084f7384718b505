import { describe, expect, it } from "vitest";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import { forecastErrors } from "../../scripts/measure/forecast-errors.ts";
import { found, kpi, meet, scoresOf, withoutGap } from "../../scripts/measure/kpi-events.ts";
import { asRequests, azure, micros, mooncake, serveGen, windowsOf } from "../../scripts/measure/load-traces.ts";
import { apply } from "../../scripts/package/apply-records.ts";
import { publicData } from "../parts/public-data.ts";

const traces = publicData("A_llm_traces");
describe.skipIf(traces === undefined)("public traces of load (of shared/data)", () => {
  if (traces === undefined) return;

  it.for([
    ["Azure", azure],
    ["Mooncake", mooncake],
  ] as const)("%s: load counts every request and token, in its window", async ([, read]) => {
    const requests = read(traces);
    const counted: LoadWindow[] = [];
    for await (const { topic, value } of apply("load", asRequests(requests, 7))) {
      expect(topic).toBe("moe.load");
      counted.push(value as unknown as LoadWindow);
    }
    const some = counted.filter((window) => window.requests > 0);
    const expected = windowsOf(requests, 10).filter((window) => window.requests > 0);
    expect(requests.length).toBeGreaterThan(10_000);
    expect(
      some.map(({ windowStart, requests: count, inputTokens, outputTokens }) => [windowStart, count, inputTokens, outputTokens]),
    ).toEqual(expected.map((window) => [micros(window.startS), window.requests, window.inputTokens, window.outputTokens]));
  });

  it("ServeGen: intervals hold what they promise, over the week that everything was chosen on", async () => {
    const week = serveGen(traces, "m-large").slice(0, 1_008);
    const errors = await forecastErrors(week, { windowS: 600, horizonsS: [600, 3_600] });
    for (const { quantity, horizonS, half, full, less, wape, wapeOfYesterday } of errors) {
      expect.soft(full.held, `${quantity}, ${horizonS} s ahead, ${half} half`).toBeGreaterThan(0.86);
      if (less.count > 50) expect.soft(less.held, `the beginning of ${quantity}`).toBeGreaterThan(less.told);
      if (!Number.isNaN(wapeOfYesterday)) expect(wape).toBeLessThan(wapeOfYesterday);
    }
    expect(errors.length).toBe(12);
  });
});

const anomalies = publicData("E_anomaly");
describe.skipIf(anomalies === undefined)("public series with labels (of shared/data)", () => {
  if (anomalies === undefined) return;

  it("KPI: what is said is mostly right, and half of the events are found, on series looked at before", async () => {
    const met = [];
    for (const series of ["aiops_kpi_05f10d3a", "aiops_kpi_7103fa0f"]) {
      const values = withoutGap(kpi(anomalies, series));
      met.push(meet(values, await scoresOf(series, values), "test"));
    }
    const { events, precision, recall } = found(met, 5);
    expect(events).toBe(34);
    expect(precision).toBeGreaterThan(0.85);
    expect(recall).toBeGreaterThan(0.5);
  });
});
