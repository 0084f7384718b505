import type { OperatorFunction } from "rxjs";
import type { Decision } from "../../schemas/types/avro.ts";
import { scopeKey } from "../load/scope.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { none, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { sourcesOf } from "../stream/sources.ts";
import { type At, type StoreFactory, stage } from "../stream/stage.ts";
import type { ForecastLoad, QuantityForecast } from "./forecast-load.ts";

/** What a replica can do and what may be asked for. Times in seconds. */
export interface ReplicaOptions {
  /** Requests a second that one replica serves within its objective. */
  readonly requestsPerReplica: number;
  /** From a replica's order to its first request: load is looked at so far ahead. One of the horizons forecast. */
  readonly startupS: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Replicas are given up only when they were not needed for so long. */
  readonly holdS: number;
  readonly maxKeys: number;
  readonly store: StoreFactory;
}

const fields = { decided: "boolean", desired: "uint32", needs: { list: { struct: { ts: "int64", need: "uint32" } } } } as const;
type State = StructOf<typeof fields>;

/** Needs remembered for the hold: an hour of windows of one second. */
const mostNeeds = 3_600;

/**
 * How many replicas the upper bound of the load at start-up time asks for; a decision for the first window and for each change.
 *
 *     needs      3  5  4  4  2  2  2  ─▶
 *     decisions  3  5  .  .  .  4  2      given up once the hold has passed, to the largest need within it
 *
 * Up at once, down only as the largest need of the last `holdS` allows (as the Horizontal Pod Autoscaler stabilises), so that
 * replicas do not flap. Always advice. State: the needs of the hold that no later one exceeds.
 */
export function replicaRule(name: string, options: ReplicaOptions): OperatorFunction<Batch<ForecastLoad>, Batch<Decision>> {
  const { requestsPerReplica, startupS, minReplicas, maxReplicas, holdS, maxKeys, store } = options;
  return stage<State, ForecastLoad, Decision>(
    name,
    {
      kind: "replica-rule",
      summary: "Replicas for the upper bound of the load at start-up time",
      settings: { requestsPerReplica, startupS, minReplicas, maxReplicas, holdS },
      state: { codec: struct(fields), initial: () => ({ decided: false, desired: 0, needs: [] }) },
      step(state, { window, forecasts }, at) {
        const ahead = forecasts.find(({ quantity, horizonS }) => quantity === "requests" && horizonS === startupS);
        if (ahead === undefined) return none();
        const lengthS = (window.windowEnd - window.windowStart) / 1e6;
        const replicas = (requests: number) => bounded(Math.ceil(requests / lengthS / requestsPerReplica), minReplicas, maxReplicas);
        const desired = held(state, window.windowStart, replicas(ahead.high), holdS * 1e6);
        if (state.decided && desired === state.desired) return none();
        state.decided = true;
        state.desired = desired;
        const wanted = { desired, low: replicas(ahead.low), high: replicas(ahead.high) };
        return ok(decisionOf({ window, ahead, lengthS, wanted, options }, at));
      },
    },
    { key: ({ window }) => scopeKey(window), maxKeys, store },
  );
}

const bounded = (count: number, least: number, most: number): number => Math.min(most, Math.max(least, count));

/** The largest need of the hold, this one included. In place: needs that a later one exceeds can never be the largest again. */
function held(state: State, ts: number, need: number, hold: number): number {
  const { needs } = state;
  while (needs.length > 0 && (needs.at(-1)?.need ?? 0) <= need) needs.pop();
  needs.push({ ts, need });
  while ((needs[0]?.ts ?? ts) <= ts - hold && needs.length > 1) needs.shift();
  if (needs.length > mostNeeds) needs.shift();
  return needs[0]?.need ?? need;
}

interface Decided {
  readonly window: ForecastLoad["window"];
  readonly ahead: QuantityForecast;
  readonly lengthS: number;
  readonly wanted: { readonly desired: number; readonly low: number; readonly high: number };
  readonly options: ReplicaOptions;
}

function decisionOf({ window, ahead, lengthS, wanted, options }: Decided, at: At): Decision {
  const { clusterId, deploymentId, windowStart, windowEnd, replicas } = window;
  return {
    id: outputId(["scaling", clusterId, deploymentId, "REPLICAS", windowStart]),
    ts: windowEnd,
    pipeline: "scaling",
    clusterId,
    deploymentId,
    entity: { type: "deployment", id: deploymentId },
    sources: [...sourcesOf(at)],
    modelVersion: "last-value",
    kind: "REPLICAS",
    mode: "ADVISE",
    expiresTs: null,
    reason: reasonOf(ahead, lengthS, wanted, options),
    replicas: { current: replicas, ...wanted },
    placement: null,
    response: null,
    policy: null,
  };
}

function reasonOf(ahead: QuantityForecast, lengthS: number, wanted: Decided["wanted"], options: ReplicaOptions): string {
  const { requestsPerReplica, startupS, minReplicas, maxReplicas, holdS } = options;
  const rate = (requests: number) => `${Number((requests / lengthS).toPrecision(3))}/s`;
  const worth =
    ahead.level > 0
      ? `up to ${rate(ahead.high)} in ${startupS} s (${Math.round(100 * ahead.level)} % interval)`
      : `in ${startupS} s the same, since nothing is known yet of how much it moves`;
  const needed = Math.ceil(ahead.high / lengthS / requestsPerReplica);
  const limits =
    needed > maxReplicas ? `, at most ${maxReplicas} are allowed` : needed < minReplicas ? `, at least ${minReplicas} are kept` : "";
  const hold = wanted.desired > wanted.high ? `; ${wanted.desired} are held, needed within the last ${holdS} s` : "";
  return `${rate(ahead.point)} requests now, ${worth}: ${needed} at ${requestsPerReplica}/s each${limits}${hold}`;
}
