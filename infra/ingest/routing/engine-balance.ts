import { isoMicros } from "../../../schemas/json/iso-time.ts";
import { topics } from "../../../schemas/topics/index.ts";
import type { MetricSampleInput } from "../../../schemas/types/avro.ts";
import { unreadable } from "../logs/access-line.ts";
import type { LineOrigin, LogFormat } from "../logs/log-format.ts";
import { isoTime } from "../logs/log-time.ts";

const vllm = /EPLB step:(?: (\d+) for model (.{1,300}?):)? avg_tokens=([\d.]+), max_tokens=(\d+), balancedness=([\d.]+)/;
const sglang = /\[Expert Balancedness\] forward_pass_id=(\d+) current_pass_balancedness=([\d.]+)/;
const stamp = /(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})/;
/** vLLM's default date format has neither year nor zone. */
const yearless = /\b(\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})\b/;

/**
 * Expert balance out of an engine's own log, into `moe.metric`: there are no counts in these lines, so no window can be made of
 * them. The instance is the log's own path: an engine does not name itself in it. vLLM's figure is (mean over ranks, summed over layers) / (maximum over ranks, summed over layers); SGLang's the mean
 * over layers of mean / maximum. All other lines are passed over.
 * vLLM with `--enable-eplb --eplb-config '{"log_balancedness": true}'` (vllm/distributed/eplb/eplb_state.py);
 * SGLang with `--enable-expert-distribution-metrics` (srt/eplb/expert_distribution.py).
 * An engine writes its local time without a zone; it is read as UTC, so engines elsewhere want `TZ=UTC`. Where the year is missing, it is the last one that fits `now`.
 */
export function engineBalance(now: () => Date = () => new Date()): LogFormat {
  return {
    name: "engine-log",
    topic: topics.metric,
    read(line: string, origin: LineOrigin): MetricSampleInput | undefined {
      const ours = vllm.exec(line);
      const theirs = ours === null ? sglang.exec(line) : null;
      if (ours === null && theirs === null) return undefined;
      const instance = origin.path;
      const common = { eventId: origin.id, ts: lineTime(line, now()), deploymentId: origin.deploymentId, instanceId: instance };
      if (theirs !== null)
        return { ...common, source: "SGLANG", name: "sglang:expert_balancedness", value: Number(theirs[2]), labels: { instance } };
      const model = ours?.[2];
      const labels: Readonly<Record<string, string>> = model === undefined ? { instance } : { instance, model_name: model };
      return { ...common, source: "VLLM", name: "vllm:eplb_balancedness", value: Number(ours?.[5]), labels };
    },
  };
}

/** In microseconds. A day and month without a year is the last such day that is not after tomorrow. */
function lineTime(line: string, now: Date): number {
  const whole = stamp.exec(line);
  if (whole !== null) return isoTime(`${whole[1]}T${whole[2]}Z`);
  const [text, day, clock] = yearless.exec(line) ?? [];
  if (text === undefined) throw unreadable("the line has no time");
  const tomorrow = (now.getTime() + 86_400_000) * 1000;
  for (const year of [1, 0, -1].map((more) => now.getUTCFullYear() + more)) {
    const time = isoMicros(`${year}-${day}T${clock}Z`);
    if (time !== undefined && time <= tomorrow) return time;
  }
  throw unreadable(`the time is "${text}", no such day was of late`);
}
