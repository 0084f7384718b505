import type { MetricSampleInput } from "../../../schemas/types/avro.ts";
import { type Deployment, eventHead, instanceName, micros } from "../deployment.ts";
import { gpuUuid } from "../routing/expert-events.ts";
import type { Engine } from "../serving/engine.ts";
import { type GpuState, gpuMemoryBytes } from "./gpu-state.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * What vLLM shows at `/metrics`, under its own names: gauges as they stand, counters and histograms as the running totals they
 * are (`_sum`, `_count`). Source: docs.vllm.ai, design/metrics.
 */
export function engineMetrics(deployment: Deployment, instance: number, engine: Engine, atMs: number): MetricSampleInput[] {
  const { totals } = engine;
  const values: Readonly<Record<string, number>> = {
    "vllm:num_requests_running": engine.running,
    "vllm:num_requests_waiting": engine.waiting,
    "vllm:kv_cache_usage_perc": engine.kvUsage,
    "vllm:num_preemptions_total": totals.preemptions,
    "vllm:prompt_tokens_total": totals.promptTokens,
    "vllm:generation_tokens_total": totals.generationTokens,
    "vllm:request_success_total": totals.finished,
    "vllm:time_to_first_token_seconds_sum": totals.ttftS,
    "vllm:time_to_first_token_seconds_count": totals.ttftCount,
    "vllm:inter_token_latency_seconds_sum": totals.itlS,
    "vllm:inter_token_latency_seconds_count": totals.itlCount,
    "vllm:e2e_request_latency_seconds_sum": totals.e2eS,
    "vllm:e2e_request_latency_seconds_count": totals.finished,
    "vllm:request_queue_time_seconds_sum": totals.queueS,
    "vllm:prefix_cache_queries_total": totals.cacheQueries,
    "vllm:prefix_cache_hits_total": totals.cacheHits,
  };
  const labels = { instance: instanceName(instance), model_name: deployment.modelId, engine: "0" };
  return Object.entries(values).map(([name, value]) => sample(deployment, instance, atMs, name, value, labels));
}

/** What NVIDIA's DCGM exporter shows of each GPU, under its own names and in its units. */
export function gpuMetrics(deployment: Deployment, instance: number, gpus: readonly GpuState[], atMs: number): MetricSampleInput[] {
  return gpus.flatMap((gpu, rank) => {
    const labels = {
      instance: instanceName(instance),
      gpu: String(rank),
      UUID: gpuUuid(deployment.seed, instance, rank),
      Hostname: `node-${instance}`,
    };
    const values: Readonly<Record<string, number>> = {
      DCGM_FI_DEV_GPU_UTIL: Math.round(gpu.util * 100),
      DCGM_FI_DEV_SM_CLOCK: gpu.clockMhz,
      DCGM_FI_DEV_GPU_TEMP: Math.round(gpu.tempC),
      DCGM_FI_DEV_POWER_USAGE: gpu.powerW,
      DCGM_FI_DEV_FB_USED: Math.round(gpu.memUsedBytes / 2 ** 20),
      DCGM_FI_DEV_FB_FREE: Math.round((gpuMemoryBytes - gpu.memUsedBytes) / 2 ** 20),
    };
    return Object.entries(values).map(([name, value]) => sample(deployment, instance, atMs, name, value, labels));
  });
}

function sample(deployment: Deployment, instance: number, atMs: number, name: string, value: number, labels: Labels): MetricSampleInput {
  return { ...eventHead(deployment, instance), ts: micros(atMs), name, value, labels };
}
