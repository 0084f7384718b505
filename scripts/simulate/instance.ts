import type { Deployment } from "./deployment.ts";
import type { AimedFault } from "./faults/aim.ts";
import { engineMetrics, gpuMetrics } from "./metrics/engine-metrics.ts";
import { type GpuState, gpuStates } from "./metrics/gpu-state.ts";
import type { Arrival } from "./requests/arrival.ts";
import { changed, received } from "./requests/request-events.ts";
import { expertEvents } from "./routing/expert-events.ts";
import type { Placement, Placements } from "./routing/placement.ts";
import type { Popularity } from "./routing/popularity.ts";
import { slowness, stepSlowdown } from "./routing/rank-times.ts";
import { routerEvents } from "./routing/router-events.ts";
import { windowLoad } from "./routing/window-load.ts";
import { Engine, engineSize } from "./serving/engine.ts";
import { type Made, request, type SimulatedEvent } from "./slice.ts";

/** Fine enough for times of the first token, coarse enough to be cheap. */
const stepMs = 100;

/** One engine of the deployment with its routers, GPUs and metrics. */
export class Instance {
  readonly #deployment: Deployment;
  readonly #index: number;
  readonly #popularity: Popularity;
  readonly #placements: Placements;
  readonly #engine = new Engine();
  /** By layer, then expert, since the last expert telemetry. */
  #counts: number[][] = [];
  #expertStartMs: number;
  #expertSteps = 0;
  #windows = 0;
  /** An engine's steps only grow, over a restart of the simulation too. */
  readonly #startSteps: number;
  #stepsBefore: number;
  #version = 0;

  constructor(deployment: Deployment, index: number, popularity: Popularity, placements: Placements, startMs: number) {
    this.#deployment = deployment;
    this.#index = index;
    this.#popularity = popularity;
    this.#placements = placements;
    this.#expertStartMs = startMs;
    this.#startSteps = Math.floor(startMs / engineSize.itlMs);
    this.#stepsBefore = this.#startSteps;
  }

  /** What this instance makes of the second that begins at `atMs`. `faults` are all that have begun, also those over. */
  second(atMs: number, arrivals: readonly Arrival[], faults: readonly AimedFault[]): Made[] {
    const made: Made[] = [];
    let next = 0;
    for (let ms = atMs; ms < atMs + 1_000; ms += stepMs) {
      for (let arrival = arrivals[next]; arrival !== undefined && arrival.atMs < ms + stepMs; next += 1, arrival = arrivals[next]) {
        made.push(request(received(this.#deployment, this.#index, arrival)));
        const refused = this.#engine.take(arrival);
        if (refused !== undefined) made.push(request(changed(this.#deployment, this.#index, refused)));
      }
      for (const change of this.#engine.step(ms, stepMs)) made.push(request(changed(this.#deployment, this.#index, change)));
    }
    const endMs = atMs + 1_000;
    const { windowMs, metricEveryMs, gpuEveryMs } = this.#deployment;
    const gpus = gpuStates(this.#deployment, this.#index, this.#engine.running / engineSize.maxRunning, active(faults, atMs), endMs);
    const add = (topic: SimulatedEvent["topic"], values: readonly object[]) => {
      for (const value of values) made.push({ atMs: endMs, event: { topic, value: { ...value } } });
    };
    if (endMs % windowMs === 0) this.#window(endMs - windowMs, faults, gpus, add);
    if (endMs % metricEveryMs === 0) add("moe.metric", engineMetrics(this.#deployment, this.#index, this.#engine, endMs));
    if (endMs % gpuEveryMs === 0) add("moe.metric", gpuMetrics(this.#deployment, this.#index, gpus, endMs));
    return made;
  }

  #window(
    startMs: number,
    faults: readonly AimedFault[],
    gpus: readonly GpuState[],
    add: (topic: SimulatedEvent["topic"], values: readonly object[]) => void,
  ): void {
    const { ranks } = this.#deployment;
    const on = active(faults, startMs);
    const placement = this.#placements.at(startMs, this.#index, faults);
    const first = this.#stepsBefore;
    const steps = Math.max(1, Math.floor(this.#startSteps + this.#engine.totals.steps) - first);
    this.#stepsBefore += steps;
    const load = windowLoad(this.#engine.closeWindow());
    const events = routerEvents(this.#deployment, this.#popularity, {
      ...{ startMs, instance: this.#index, load, placement, faults: on },
      steps: { first, last: first + steps - 1 },
    });
    add("moe.router", events);
    const counts = events.map(({ expertCounts }) => [...expertCounts]);
    const slow = Array.from({ length: ranks }, (_, rank) => slowness(on, this.#index, rank));
    this.#engine.slowdown = stepSlowdown(counts, (layer) => placement.ranksOf(layer), slow);
    this.#experts(startMs, counts, { placement, steps, gpus, slow }, add);
  }

  #experts(
    startMs: number,
    counts: number[][],
    { placement, steps, gpus, slow }: { placement: Placement; steps: number; gpus: readonly GpuState[]; slow: readonly number[] },
    add: (topic: SimulatedEvent["topic"], values: readonly object[]) => void,
  ): void {
    this.#counts =
      this.#counts.length === 0
        ? counts
        : this.#counts.map((row, layer) => row.map((count, expert) => count + (counts[layer]?.[expert] ?? 0)));
    this.#expertSteps += steps;
    this.#windows += 1;
    if (this.#windows % this.#deployment.expertEvery !== 0) return;
    const endMs = startMs + this.#deployment.windowMs;
    const rebalanced = this.#version !== 0 && placement.version !== this.#version;
    this.#version = placement.version;
    add(
      "moe.expert",
      expertEvents(this.#deployment, {
        ...{ startMs: this.#expertStartMs, endMs, instance: this.#index, counts: this.#counts, placement, gpus, slow, rebalanced },
        steps: this.#expertSteps,
      }),
    );
    this.#counts = [];
    this.#expertSteps = 0;
    this.#expertStartMs = endMs;
  }
}

/** Those that are on at a time. */
const active = (faults: readonly AimedFault[], atMs: number): AimedFault[] =>
  faults.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
