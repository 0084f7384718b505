import { setImmediate as turn } from "node:timers/promises";
import type { Pipeline } from "../../../operators/stream/pipeline.ts";
import type { Alert, Injection, InjectionInput } from "../../../schemas/types/avro.ts";
import { Apply } from "../../apply/apply.ts";
import type { Deployment } from "../deployment.ts";
import { shuffled, streamOf } from "../draws.ts";
import { faultNames, type PlannedFault } from "../faults/fault-names.ts";
import { simulation } from "../simulation.ts";
import type { SimulatedEvent } from "../slice.ts";

/** What pipelines made of one simulated run. */
export interface Trial {
  readonly injections: readonly Injection[];
  readonly alerts: readonly Alert[];
  readonly startMs: number;
  /** Alerts before this are of detectors that still learn; they count as well. */
  readonly endMs: number;
}

/** Of a trial: lengths in minutes, and how often all faults come. */
export interface TrialTimes {
  /** Before the first fault, and before false alerts are counted. */
  readonly warmUp: number;
  readonly fault: number;
  /** From the begin of one fault to that of the next. */
  readonly every: number;
  readonly rounds: number;
  /** Without any fault, for false alerts. */
  readonly calm: number;
}

const minuteMs = 60_000;

/** Every fault once a round, in an order drawn by the seed, so that none always comes after the same other. */
export function faultsOfTrial(seed: number, startMs: number, times: TrialTimes): PlannedFault[] {
  const names = Array.from({ length: times.rounds }, (_, round) => shuffled([...faultNames], streamOf(seed, "trial", round))).flat();
  return names.map((name, i) => {
    const begin = startMs + (times.warmUp + i * times.every) * minuteMs;
    return { name, startMs: begin, endMs: begin + times.fault * minuteMs };
  });
}

/** What happens in one trial, from `startMs` (the begin of a router window) to `endMs`. */
export interface TrialPlan {
  readonly startMs: number;
  readonly endMs: number;
  readonly faults: readonly PlannedFault[];
  /** Ends it before its time: the trial then tells of what there was. */
  readonly stop: AbortSignal;
}

/** Runs pipelines over a simulated deployment, as `apply` would over a file of it. */
export async function trial(
  deployment: Deployment,
  pipelines: readonly Pipeline[],
  { startMs, endMs, faults, stop }: TrialPlan,
): Promise<Trial> {
  const run = new Apply({ pipelines: pipelines.map((pipeline) => ({ pipeline })), maxAheadMs: 3_600_000, close: true });
  const read = inputsOf(pipelines);
  const injections: Injection[] = [];
  const alerts: Alert[] = [];
  const take = (lines: readonly string[]) => {
    for (const line of lines) if (line.startsWith('{"topic":"gatewatch.alert"')) alerts.push((JSON.parse(line) as { value: Alert }).value);
  };
  let number = 0;
  for (const { endMs: nowMs, events } of simulation(deployment, startMs, faults).take((endMs - startMs) / 1_000)) {
    // A signal is heard between two turns of the event loop.
    if (nowMs % minuteMs === 0) await turn();
    if (stop.aborted) break;
    for (const event of events) {
      if (event.topic === "gatewatch.injection") injections.push(truth(event));
      if (!read.has(event.topic)) continue;
      const bytes = Buffer.from(JSON.stringify(event));
      number += 1;
      take(run.line({ number, bytes, length: bytes.length }));
    }
  }
  take(run.end());
  if (run.counts.deadLettered > 0)
    throw new Error(`${run.counts.deadLettered} simulated events were dead-lettered: they must all be right`);
  return { injections: injections.filter(({ phase }) => phase === "STARTED"), alerts, startMs, endMs };
}

/** Topics of the world outside that any of them reads. */
export function inputsOf(pipelines: readonly Pipeline[]): ReadonlySet<string> {
  return new Set(
    pipelines.flatMap((one) =>
      one.shape().parts.flatMap(({ inputs }) => inputs.filter(({ role }) => role === "lane").map(({ topic }) => topic.name)),
    ),
  );
}

/** Whole as a reader of the topic has it: the simulator gives every field that has no default of its own. */
function truth({ value }: SimulatedEvent): Injection {
  const given = value as unknown as InjectionInput;
  return {
    sources: [],
    modelVersion: "",
    clusterId: "",
    deploymentId: "default",
    detail: "",
    ...given,
    evidence: (given.evidence ?? []) as Injection["evidence"],
    expectedKinds: given.expectedKinds ?? [],
  } as Injection;
}
