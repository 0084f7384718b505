import type { ExpertEventInput, ExpertSlotInput } from "../../../schemas/types/avro.ts";
import { type Deployment, eventHead, instanceName, micros } from "../deployment.ts";
import { pseudonym, streamOf } from "../draws.ts";
import { type GpuState, gpuMemoryBytes } from "../metrics/gpu-state.ts";
import type { Placement } from "./placement.ts";
import { rankLoads } from "./rank-times.ts";

/** One instance over one or several router windows. */
export interface ExpertWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly instance: number;
  /** By layer, then expert: what the routers counted in the same time. */
  readonly counts: readonly (readonly number[])[];
  readonly steps: number;
  readonly placement: Placement;
  /** Of each rank. */
  readonly gpus: readonly GpuState[];
  readonly slow: readonly number[];
  /** A change of placement in this window. */
  readonly rebalanced: boolean;
}

/** Microseconds of one batch: for the launch, and for each assignment in it. */
const batchUs = { fixed: 45, perAssignment: 1.1 };
const expertBytes = 44_000_000;

/** Expert telemetry, one event a layer and rank: tokens of the slots add up to the routers' counts, and who is fast waits. */
export function expertEvents(deployment: Deployment, window: ExpertWindow): ExpertEventInput[] {
  return window.counts.flatMap((counts, layer) => layerEvents(deployment, window, layer, counts));
}

function layerEvents(deployment: Deployment, window: ExpertWindow, layer: number, counts: readonly number[]): ExpertEventInput[] {
  const { seed, ranks } = deployment;
  const { startMs, endMs, instance, placement, gpus, slow } = window;
  const random = streamOf(seed, "experts", instance, layer, startMs);
  const loads = rankLoads(counts, placement.ranksOf(layer), ranks);
  const steps = Math.max(1, window.steps);
  const times = loads.map(
    (load, rank) => (batchUs.fixed + (batchUs.perAssignment * load) / steps) * (slow[rank] ?? 1) * (1 + 0.02 * random.normal()),
  );
  const slowest = Math.max(...times);
  return loads.map((rankTokens, rank) => {
    const gpu = gpus[rank];
    const allToAllUs = 30 + (0.2 * rankTokens) / steps;
    return {
      ...eventHead(deployment, instance),
      windowStart: micros(startMs),
      windowEnd: micros(endMs),
      rank,
      node: `node-${instance}`,
      gpuUuid: gpuUuid(seed, instance, rank),
      layer,
      slots: slots(counts, placement.ranksOf(layer), { rank, timeUs: times[rank] ?? 0, steps }),
      rankTokens,
      dispatchUsP50: allToAllUs,
      dispatchUsP99: allToAllUs * 2.2,
      combineUsP50: allToAllUs * 0.9,
      combineUsP99: allToAllUs * 2,
      waitAtBarrierUs: slowest - (times[rank] ?? 0) + 4 * random.next(),
      bytesIntraNode: rankTokens * 7_168 * 2,
      ...(gpu === undefined
        ? {}
        : { gpuUtil: gpu.util, smClockMhz: gpu.clockMhz, tempC: gpu.tempC, powerW: gpu.powerW, memUsedBytes: gpu.memUsedBytes }),
      memTotalBytes: gpuMemoryBytes,
      throttleReasons: gpu?.throttled === true ? ["SW_THERMAL_SLOWDOWN"] : [],
      rebalance: window.rebalanced ? rebalance(counts.length, placement.version) : null,
    };
  });
}

function slots(
  counts: readonly number[],
  rankOf: readonly number[],
  at: { rank: number; timeUs: number; steps: number },
): ExpertSlotInput[] {
  const own = counts.map((_, expert) => expert).filter((expert) => rankOf[expert] === at.rank);
  return own.map((expert, place) => ({
    slot: at.rank * own.length + place,
    logicalExpert: expert,
    tokens: counts[expert] ?? 0,
    batches: Math.round(at.steps),
    computeUsP50: Math.round(at.timeUs * 10) / 10,
    computeUsP99: Math.round(at.timeUs * 16) / 10,
    state: "ACTIVE",
  }));
}

const rebalance = (experts: number, version: number) => ({
  version,
  movedSlots: Math.round(experts * 0.9),
  bytesMoved: Math.round(experts * 0.9) * expertBytes,
  durationMs: 900,
  blockedMs: 350,
  trigger: "planned",
});

/** In NVIDIA's form. */
export const gpuUuid = (seed: number, instance: number, rank: number): string => {
  const hex = pseudonym(seed, 32, "gpu", instanceName(instance), rank);
  return `GPU-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
