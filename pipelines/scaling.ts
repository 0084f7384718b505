import { share } from "rxjs";
import { z } from "zod";
import { forecastInsights } from "../operators/scaling/forecast-insights.ts";
import { forecastLoad } from "../operators/scaling/forecast-load.ts";
import { replicaRule } from "../operators/scaling/replica-rule.ts";
import { pipeline } from "../operators/stream/pipeline.ts";
import { each } from "../operators/stream/stage.ts";
import { topics } from "../schemas/topics/index.ts";

const options = z
  .object({
    horizonsS: z
      .array(z.number().positive())
      .min(1)
      .max(20)
      .default([600, 1_800, 3_600])
      .describe("how far ahead load is forecast, in seconds, comma separated"),
    level: z.number().gt(0).lt(1).default(0.9).describe("share of what comes that the intervals are to hold"),
    requestsPerReplica: z
      .number()
      .positive()
      .default(1)
      .describe("requests a second that one replica serves within its objective: measure yours, the default is only a place to begin"),
    startupS: z.number().positive().default(120).describe("seconds from a replica's order to its first request"),
    minReplicas: z.int().min(0).default(1).describe("replicas kept whatever the load"),
    maxReplicas: z.int().positive().default(100).describe("most replicas that are advised"),
    holdS: z.number().min(0).default(300).describe("replicas are given up once they were not needed for so long, in seconds"),
    maxDeployments: z.int().positive().default(1_000).describe("deployments whose state is held in one lane"),
  })
  .refine(({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas, {
    path: ["minReplicas"],
    message: "at most scaling.maxReplicas is wanted",
  });

/**
 * Load to come per deployment, by the last window and how far that has erred, and the replicas it asks for.
 *
 * Reads   moe.load (by deployment)      Writes  gatewatch.insight, gatewatch.decision
 * Order   of a deployment's windows. Late    a window that is not after the last is dropped.      State  errors, needs of the hold.
 */
export const scaling = pipeline(
  "scaling",
  { summary: "Forecasts of load with intervals, and the replicas they ask for.", latenessS: 60, options },
  ({ from, to, store }, { horizonsS, level, startupS, maxDeployments: maxKeys, ...rule }) => {
    const ahead = [...new Set([...horizonsS, startupS])].sort((a, b) => a - b);
    const forecasts = from(topics.load).pipe(forecastLoad("forecast", { horizonsS: ahead, level, maxKeys, store }), share());

    const insights = forecasts.pipe(each("as-insight", "one a horizon and quantity", (one, at) => forecastInsights(one, horizonsS, at)));
    const decisions = forecasts.pipe(replicaRule("replicas", { ...rule, startupS, maxKeys, store }));

    return [to(topics.insight, insights), to(topics.decision, decisions)];
  },
);
