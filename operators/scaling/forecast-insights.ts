import type { Insight } from "../../schemas/types/avro.ts";
import { type Outcome, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import type { At } from "../stream/stage.ts";
import type { ForecastLoad, Quantity, QuantityForecast } from "./forecast-load.ts";

/** One insight a horizon and quantity, of the horizons that are wanted. */
export function forecastInsights({ window, forecasts }: ForecastLoad, horizonsS: readonly number[], at: At): Outcome<Insight> {
  const { clusterId, deploymentId, windowStart, windowEnd } = window;
  const sources = sourcesOf(at);
  const told = forecasts.filter(({ horizonS }) => horizonsS.includes(horizonS));
  return ok(
    ...told.map(
      (forecast): Insight => ({
        id: outputId(["scaling", clusterId, deploymentId, "forecast", forecast.quantity, forecast.horizonS, windowStart]),
        ts: windowEnd,
        pipeline: "scaling",
        clusterId,
        deploymentId,
        entity: { type: "deployment", id: deploymentId },
        sources: [...sources],
        modelVersion: "last-value",
        kind: "forecast",
        title: titleOf(forecast),
        forecast: {
          quantity: forecast.quantity,
          originTs: windowEnd,
          horizonS: forecast.horizonS,
          point: forecast.point,
          low: forecast.low,
          high: forecast.high,
          level: forecast.level,
        },
        crossing: null,
        cache: null,
        impact: null,
        rootCause: null,
      }),
    ),
  );
}

const words: Readonly<Record<Quantity, string>> = { requests: "requests", inputTokens: "input tokens", outputTokens: "output tokens" };

function titleOf({ quantity, horizonS, point, low, high, level, tried, held }: QuantityForecast): string {
  const figure = (value: number) => String(Number(value.toPrecision(3)));
  const what = `${figure(point)} ${words[quantity]} in the window ${horizonS} s ahead`;
  if (level === 0) return `${what}; nothing is known yet of how far that may be off`;
  const record = tried === 0 ? "none has been tried yet" : `${figure((100 * held) / tried)} % of ${tried} held so far`;
  return `${what}, ${figure(low)} to ${figure(high)} at ${Math.round(100 * level)} %; ${record}`;
}
