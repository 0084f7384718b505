import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { Insight } from "../../schemas/types/avro.ts";
import { loadOf } from "../../test/pipelines/loads.ts";
import type { Ok } from "../stream/outcome.ts";
import type { At } from "../stream/stage.ts";
import { forecastInsights } from "./forecast-insights.ts";
import type { QuantityForecast } from "./forecast-load.ts";

const at: At = { key: "k", topic: "moe.load", partition: 0, origin: undefined, watermark: 0 };
const forecast: QuantityForecast = { quantity: "requests", horizonS: 600, point: 120, low: 96, high: 150, level: 0.9, tried: 50, held: 44 };
const insightsOf = (...forecasts: QuantityForecast[]) =>
  (forecastInsights({ window: loadOf("d", 3), forecasts }, [600], at) as Ok<Insight>).values;

describe("forecast insights", () => {
  it("say what is expected when, between what bounds, and how often such bounds have held", () => {
    const [insight] = insightsOf(forecast);
    expect(insight?.forecast).toEqual({
      quantity: "requests",
      originTs: loadOf("d", 3).windowEnd,
      horizonS: 600,
      point: 120,
      low: 96,
      high: 150,
      level: 0.9,
    });
    expect(insight?.title).toBe("120 requests in the window 600 s ahead, 96 to 150 at 90 %; 88 % of 50 held so far");
    expect(topics.insight.type.isValid(insight)).toBe(true);
  });

  it("are of the horizons asked for, each with an id of its own", () => {
    const told = insightsOf(forecast, { ...forecast, quantity: "inputTokens" }, { ...forecast, horizonS: 120 });
    expect(told.map((insight) => insight.forecast?.quantity)).toEqual(["requests", "inputTokens"]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  });

  it("do not pretend where nothing is known", () => {
    expect(insightsOf({ ...forecast, level: 0, tried: 0, held: 0 })[0]?.title).toContain("nothing is known yet");
    expect(insightsOf({ ...forecast, level: 0.5, tried: 0, held: 0 })[0]?.title).toContain("at 50 %; none has been tried yet");
  });
});
