import type { Deployment } from "../deployment.ts";
import { wander } from "../draws.ts";
import type { AimedFault } from "../faults/aim.ts";

/** One GPU at one time. */
export interface GpuState {
  /** Of 1. */
  readonly util: number;
  readonly clockMhz: number;
  readonly tempC: number;
  readonly powerW: number;
  readonly memUsedBytes: number;
  readonly throttled: boolean;
}

export const gpuMemoryBytes = 80 * 2 ** 30;
/** Of the memory: weights and the KV cache, which is reserved when an engine starts. */
const memoryShare = 0.9;
/** A sick GPU warms up and slows down over this time. */
const onsetMs = 20_000;

/** All ranks of an instance. `busy` is how full the engine is, from 0 to 1. */
export function gpuStates(
  { seed, ranks }: Deployment,
  instance: number,
  busy: number,
  faults: readonly AimedFault[],
  atMs: number,
): GpuState[] {
  return Array.from({ length: ranks }, (_, rank) => {
    const sick = Math.max(
      0,
      ...faults
        .filter((fault) => fault.name === "sick-gpu" && fault.instance === instance && fault.rank === rank)
        .map((fault) => depth(fault, atMs)),
    );
    const noise = (what: string) => wander(seed, `${what}-${instance}-${rank}`, atMs, 20_000);
    const util = Math.min(1, 0.35 + 0.6 * busy + 0.02 * noise("util"));
    return {
      util: Math.max(util, sick * 0.98),
      clockMhz: Math.round(1_980 - 30 * Math.abs(noise("clock")) - 990 * sick),
      tempC: Math.round((46 + 22 * util + 1.2 * noise("temp") + 22 * sick) * 10) / 10,
      powerW: Math.round(180 + 420 * util + 8 * noise("power") - 160 * sick),
      memUsedBytes: Math.round(gpuMemoryBytes * memoryShare),
      throttled: sick > 0.5,
    };
  });
}

/** From 0 to 1 over the onset. */
const depth = ({ startMs }: AimedFault, atMs: number): number => Math.min(1, Math.max(0, (atMs - startMs) / onsetMs));
