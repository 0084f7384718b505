import { type Deployment, usualDeployment } from "../../scripts/simulate/deployment.ts";
import type { FaultName, PlannedFault } from "../../scripts/simulate/faults/fault-names.ts";
import { simulation } from "../../scripts/simulate/simulation.ts";
import type { SimulatedEvent } from "../../scripts/simulate/slice.ts";

/** 2026, so that event times are credible. */
export const startMs = Date.UTC(2026, 0, 1, 12);
/** A deployment that is quick to run. */
export const small: Deployment = { ...usualDeployment, layers: 3, experts: 16, topK: 2 };

/** The events of so many seconds. */
export const run = (seconds: number, faults: readonly PlannedFault[] = [], deployment = small): SimulatedEvent[] =>
  [...simulation(deployment, startMs, faults).take(seconds)].flatMap(({ events }) => events);
/** Those of one topic. */
export const of = <T>(events: readonly SimulatedEvent[], topic: SimulatedEvent["topic"]): T[] =>
  events.filter((event) => event.topic === topic).map(({ value }) => value as T);

/** A fault by its begin and length in seconds. */
export const every = (name: FaultName, from = 60, lasts = 60): PlannedFault => ({
  name,
  startMs: startMs + from * 1_000,
  endMs: startMs + (from + lasts) * 1_000,
});
