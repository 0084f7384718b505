import { Fault } from "../../../schemas/faults/fault.ts";

/** How the exporter of an engine names things. */
export interface Engine {
  readonly name: string;
  /** `source` of the samples. */
  readonly source: "UNKNOWN" | "VLLM" | "SGLANG" | "TRTLLM";
  /** Names begin so; others (of the process, of Python) are left out. Empty takes all. */
  readonly prefixes: readonly string[];
  /** Label that names the model. */
  readonly modelLabel: string;
}

/**
 * Sources: vLLM `docs/design/metrics` (names begin with `vllm:`), SGLang `docs/references/production_metrics` (`sglang:`),
 * TensorRT-LLM `tensorrt_llm/metrics/collector.py` (`trtllm_`), NVIDIA `dcgm-exporter` `etc/default-counters.csv` (`DCGM_FI_`).
 * A colon may have become an underscore on the way, or the other way round: Dynamo and the client of Python do so.
 */
export const engines: readonly Engine[] = [
  { name: "vllm", source: "VLLM", prefixes: ["vllm:", "vllm_"], modelLabel: "model_name" },
  { name: "sglang", source: "SGLANG", prefixes: ["sglang:", "sglang_"], modelLabel: "model_name" },
  { name: "trtllm", source: "TRTLLM", prefixes: ["trtllm_", "trtllm:"], modelLabel: "model_name" },
  { name: "dcgm", source: "UNKNOWN", prefixes: ["DCGM_FI_"], modelLabel: "" },
  { name: "any", source: "UNKNOWN", prefixes: [], modelLabel: "" },
];

/** A place to scrape. */
export interface Target {
  readonly engine: Engine;
  readonly url: URL;
}

/** `ENGINE=URL` as a target. Throws GW_USAGE. */
export function targetOf(text: string): Target {
  const [, name = "", address = ""] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  const engine = engines.find((one) => one.name === name);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (engine === undefined || url === undefined || !/^https?:$/.test(url.protocol)) {
    const names = engines.map((one) => one.name).join(", ");
    throw new Fault("GW_USAGE", `${text}: ENGINE=URL is wanted, such as vllm=http://127.0.0.1:8000/metrics; engines are ${names}`);
  }
  return { engine, url };
}
