import { share } from "rxjs";
import { z } from "zod";
import { baselineOptions, baselineShift, type Measure } from "../operators/detectors/baseline-shift.ts";
import { alertKind, routingAlert } from "../operators/routing/routing-alert.ts";
import { type RoutingHealth, routingHealth } from "../operators/routing/routing-health.ts";
import { routingWindow } from "../operators/routing/routing-window.ts";
import { none, ok } from "../operators/stream/outcome.ts";
import { pipeline } from "../operators/stream/pipeline.ts";
import { each } from "../operators/stream/stage.ts";
import { seconds } from "../operators/stream/time.ts";
import { tumblingWindow } from "../operators/windows/tumbling-window.ts";
import { topics } from "../schemas/topics/index.ts";

const options = z.object({
  windowS: z.int().positive().default(10).describe("length of a window, in seconds of event time"),
  minAssignmentsPerExpert: z
    .number()
    .min(0)
    .default(8)
    .describe("events with fewer are counted in windows but not judged: noise alone would move them"),
  maxLayers: z.int().positive().default(100_000).describe("layers of instances whose state is held in one lane"),
  ...baselineOptions,
});

/**
 * Routing health per layer: windows for ClickHouse, and an alert when a layer leaves its own baseline.
 *
 * Reads   moe.router (by deployment and instance)      Writes  gatewatch.window, gatewatch.alert
 * Order   per instance. Late    counted, not in a window.      State  a baseline a layer and phase, the open windows.
 */
export const routerWindows = pipeline(
  "router-windows",
  { summary: "Routing health per layer in windows, and an alert when a layer leaves its own baseline.", latenessS: 10, options },
  ({ from, to, store }, { windowS, minAssignmentsPerExpert, maxLayers, alpha, limit, warmUp, confirm }) => {
    const health = from(topics.router).pipe(
      each("routing-health", "counts to imbalance and entropy", (event) => ok(routingHealth(event))),
      share(),
    );

    const windows = health.pipe(
      tumblingWindow("window", {
        size: seconds(windowS),
        time: windowStart,
        key: layerKey,
        aggregate: routingWindow,
        maxKeys: maxLayers,
        store,
      }),
    );
    const alerts = health.pipe(
      each("enough-assignments", "leaves out events too small to judge", (reading) =>
        isJudged(reading, minAssignmentsPerExpert) ? ok(reading) : none(),
      ),
      baselineShift("own-baseline", {
        of: measures,
        kind: alertKind,
        key: phaseKey,
        alpha,
        limit,
        warmUp,
        confirm,
        maxKeys: maxLayers,
        store,
      }),
      each("as-alert", "puts a shift into words", routingAlert),
    );

    return [to(topics.window, windows), to(topics.alert, alerts)];
  },
);

const measures: readonly Measure<RoutingHealth>[] = [
  { name: "imbalance", bad: "high", value: ({ imbalance }) => imbalance, floor: 0.05 },
  { name: "entropy", bad: "low", value: ({ entropy }) => entropy, floor: 0.005 },
];

const windowStart = ({ event }: RoutingHealth): number => event.windowStart;

/** The lengths tell ids apart that have a bar in them. */
const layerKey = ({ event: { layer, instanceId, deploymentId, clusterId } }: RoutingHealth): string =>
  `${layer}|${instanceId.length}|${instanceId}|${deploymentId.length}|${deploymentId}|${clusterId}`;

/** Prefill and decode route differently, and a new revision of a model begins its own baseline. */
const phaseKey = (reading: RoutingHealth): string => `${reading.event.phase}|${reading.event.modelRevision}|${layerKey(reading)}`;

const isJudged = ({ event, assigned }: RoutingHealth, perExpert: number): boolean =>
  event.expertCounts.length > 1 && assigned >= perExpert * event.expertCounts.length;
