import { describe, expect, it } from "vitest";
import { targetOf } from "./engines.ts";
import { parseExposition } from "./exposition.ts";
import { Histograms } from "./histograms.ts";
import { metricValues } from "./samples.ts";

/** Two scrapes of an exporter, ten seconds apart, as its client library writes them; names and labels are the engine's own. */
interface Exporter {
  readonly engine: string;
  readonly before: string;
  readonly after: string;
  /** What the second scrape gives: name, value, unit. */
  readonly values: readonly (readonly [string, number, string])[];
}

const histogram = (name: string, labels: string, counts: readonly [string, number][], sum: number): string =>
  [
    `# HELP ${name} Of our own making.`,
    `# TYPE ${name} histogram`,
    ...counts.map(([le, count]) => `${name}_bucket{le="${le}",${labels}} ${count.toFixed(1)}`),
    `${name}_count{${labels}} ${(counts.at(-1)?.[1] ?? 0).toFixed(1)}`,
    `${name}_sum{${labels}} ${sum}`,
    `# TYPE ${name}_created gauge`,
    `${name}_created{${labels}} 1.7956e+09`,
    "",
  ].join("\n");

const vllm = (tokens: number, first: number) => `# HELP python_info Python platform information
# TYPE python_info gauge
python_info{implementation="CPython",version="3.12.3"} 1.0
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="org/moe"} 3.0
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="org/moe"} 0.0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="org/moe"} 0.25
# TYPE vllm:generation_tokens_total counter
vllm:generation_tokens_total{engine="0",model_name="org/moe"} ${tokens}
# TYPE vllm:generation_tokens_created gauge
vllm:generation_tokens_created{engine="0",model_name="org/moe"} 1.7956e+09
# TYPE vllm:cache_config_info gauge
vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="7000"} 1.0
# TYPE vllm:lora_requests_info gauge
vllm:lora_requests_info{max_lora="4",running_lora_adapters="a,b",waiting_lora_adapters=""} 1.7956e+09
${histogram(
  "vllm:time_to_first_token_seconds",
  'engine="0",model_name="org/moe"',
  [
    ["0.1", first],
    ["0.5", first],
    ["+Inf", first],
  ],
  first / 20,
)}${histogram(
  "vllm:iteration_tokens_total",
  'engine="0",model_name="org/moe"',
  [
    ["8.0", first],
    ["16.0", first],
    ["+Inf", first],
  ],
  first * 4,
)}`;

const sglang = (tokens: number) => `# TYPE sglang:num_running_reqs gauge
sglang:num_running_reqs{engine_type="unified",model_name="org/moe",moe_ep_rank="0",pp_rank="0",tp_rank="0"} 4.0
# TYPE sglang:num_queue_reqs gauge
sglang:num_queue_reqs{engine_type="unified",model_name="org/moe",moe_ep_rank="0",pp_rank="0",tp_rank="0"} 1.0
# TYPE sglang:token_usage gauge
sglang:token_usage{engine_type="unified",model_name="org/moe",moe_ep_rank="0",pp_rank="0",tp_rank="0"} 0.28
# TYPE sglang:gen_throughput gauge
sglang:gen_throughput{engine_type="unified",model_name="org/moe",moe_ep_rank="0",pp_rank="0",tp_rank="0"} 812.5
# TYPE sglang:lora_pool_slots_total gauge
sglang:lora_pool_slots_total{engine_type="unified",model_name="org/moe",moe_ep_rank="0",pp_rank="0",tp_rank="0"} 8.0
# TYPE sglang:eplb_balancedness summary
sglang:eplb_balancedness_count{forward_mode="decode",model_name="org/moe",moe_ep_rank="0"} 10.0
sglang:eplb_balancedness_sum{forward_mode="decode",model_name="org/moe",moe_ep_rank="0"} 7.5
# TYPE sglang:prompt_tokens_total counter
sglang:prompt_tokens_total{model_name="org/moe"} ${tokens}
`;

const trtllm = (done: number) => `# TYPE trtllm_num_requests_running gauge
trtllm_num_requests_running{engine_type="trtllm",model_name="org/moe"} 2.0
# TYPE trtllm_kv_cache_utilization gauge
trtllm_kv_cache_utilization{engine_type="trtllm",model_name="org/moe"} 0.4
# TYPE trtllm_gpu_memory_usage_bytes gauge
trtllm_gpu_memory_usage_bytes{engine_type="trtllm",model_name="org/moe"} 6.4e+10
# TYPE trtllm_request_success_total counter
trtllm_request_success_total{engine_type="trtllm",finished_reason="stop",model_name="org/moe"} ${done}
${histogram(
  "trtllm_e2e_request_latency_seconds",
  'engine_type="trtllm",model_name="org/moe"',
  [
    ["0.3", done],
    ["0.5", done],
    ["+Inf", done],
  ],
  done / 5,
)}`;

const gpu = 'gpu="0",UUID="GPU-0a1b",pci_bus_id="00000000:19:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="n1"';
const dcgm = (energy: number) => `# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).
# TYPE DCGM_FI_DEV_GPU_UTIL gauge
DCGM_FI_DEV_GPU_UTIL{${gpu}} 97
# TYPE DCGM_FI_DEV_FB_USED gauge
DCGM_FI_DEV_FB_USED{${gpu}} 71234
# TYPE DCGM_FI_DEV_XID_ERRORS gauge
DCGM_FI_DEV_XID_ERRORS{${gpu},err_code="0",err_msg="No Error"} 0
# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${gpu}} ${energy}
`;

const exporters: readonly Exporter[] = [
  {
    engine: "vllm",
    before: vllm(1_000, 10),
    after: vllm(1_200, 20),
    values: [
      ["vllm:num_requests_running", 3, ""],
      ["vllm:num_requests_waiting", 0, ""],
      ["vllm:kv_cache_usage_perc", 0.25, ""],
      ["vllm:generation_tokens_total", 1_200, ""],
      ["vllm:time_to_first_token_seconds_count", 20, ""],
      ["vllm:time_to_first_token_seconds_sum", 1, "s"],
      ["vllm:iteration_tokens_total_count", 20, ""],
      ["vllm:iteration_tokens_total_sum", 80, ""],
      ["vllm:time_to_first_token_seconds", 0.05, "s"],
      ["vllm:time_to_first_token_seconds", 0.099, "s"],
      // Of a histogram that is named like a counter: without the unit its quantiles would be taken for one.
      ["vllm:iteration_tokens_total", 4, "gauge"],
      ["vllm:iteration_tokens_total", 7.92, "gauge"],
    ],
  },
  {
    engine: "sglang",
    before: sglang(5_000),
    after: sglang(6_000),
    values: [
      ["sglang:num_running_reqs", 4, ""],
      ["sglang:num_queue_reqs", 1, ""],
      ["sglang:token_usage", 0.28, ""],
      ["sglang:gen_throughput", 812.5, ""],
      ["sglang:lora_pool_slots_total", 8, "gauge"],
      ["sglang:eplb_balancedness_count", 10, ""],
      ["sglang:eplb_balancedness_sum", 7.5, ""],
      ["sglang:prompt_tokens_total", 6_000, ""],
    ],
  },
  {
    engine: "trtllm",
    before: trtllm(10),
    after: trtllm(20),
    values: [
      ["trtllm_num_requests_running", 2, ""],
      ["trtllm_kv_cache_utilization", 0.4, ""],
      ["trtllm_gpu_memory_usage_bytes", 6.4e10, "B"],
      ["trtllm_request_success_total", 20, ""],
      ["trtllm_e2e_request_latency_seconds_count", 20, ""],
      ["trtllm_e2e_request_latency_seconds_sum", 4, "s"],
      ["trtllm_e2e_request_latency_seconds", 0.15, "s"],
      ["trtllm_e2e_request_latency_seconds", 0.297, "s"],
    ],
  },
  {
    engine: "dcgm",
    before: dcgm(100),
    after: dcgm(900),
    values: [
      ["DCGM_FI_DEV_GPU_UTIL", 97, ""],
      ["DCGM_FI_DEV_FB_USED", 71_234, ""],
      ["DCGM_FI_DEV_XID_ERRORS", 0, ""],
      ["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", 900, "counter"],
    ],
  },
];

describe("exporters of engines", () => {
  it.for(exporters)("of $engine: what measures, with its unit", ({ engine, before, after, values }) => {
    const histograms = new Histograms();
    const target = targetOf(`${engine}=http://node:8000/metrics`);
    const scrape = (text: string) => {
      const read = parseExposition(text, false);
      expect(read.badLines).toBe(0);
      return metricValues(histograms.quantiles(read.samples), read, { target, deploymentId: "chat", nowMs: 1_795_600_000_000 });
    };
    scrape(before);
    const told = scrape(after);
    expect(told.map(({ name, value, unit }) => [name, Number(Number(value).toFixed(6)), unit])).toEqual(values);
    expect(new Set(told.map(({ source }) => source))).toEqual(new Set([target.engine.source]));
    if (engine !== "dcgm") expect(new Set(told.map(({ modelId }) => modelId))).toEqual(new Set(["org/moe"]));
  });

  it("are known also where a colon has become an underscore", () => {
    const read = parseExposition("vllm_num_requests_running 1\nsglang_token_usage 0.5\ntrtllm:request_success_total 3\n", false);
    const names = (engine: string) =>
      metricValues(read.samples, read, { target: targetOf(`${engine}=http://n:1/m`), deploymentId: "d", nowMs: 0 }).map(({ name }) => name);
    expect([names("vllm"), names("sglang"), names("trtllm")]).toEqual([
      ["vllm_num_requests_running"],
      ["sglang_token_usage"],
      ["trtllm:request_success_total"],
    ]);
  });

  it("may have a gauge of their own that is called created or count", () => {
    const read = parseExposition("# TYPE jobs_created gauge\njobs_created 3\n# TYPE word_count gauge\nword_count 7\n", false);
    const told = metricValues(read.samples, read, { target: targetOf("any=http://n:1/m"), deploymentId: "d", nowMs: 0 });
    expect(told.map(({ name, unit }) => [name, unit])).toEqual([
      ["jobs_created", ""],
      ["word_count", "gauge"],
    ]);
  });
});
