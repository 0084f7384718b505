import { join } from "node:path";
import type { InputRecord } from "../package/apply-records.ts";
import { linesOf, rowsOf } from "./data-sets.ts";

/** Load of one window; `startS` is seconds from the trace's beginning. */
export interface TraceWindow {
  readonly startS: number;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One request of a trace, `atS` seconds from its beginning. */
export interface TraceRequest {
  readonly atS: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Midnight, so that days of a trace are days. */
const beginS = Date.UTC(2026, 0, 1) / 1_000;

/** Production load of a model in windows of ten minutes (ServeGen): rates and mean tokens a request. */
export function serveGen(folder: string, model: string): TraceWindow[] {
  return rowsOf(join(folder, `servegen_${model}_10min.csv.gz`)).map((row) => {
    const requests = Number(row.req_per_s) * 600;
    const tokens = (name: string) => requests * Number(row[name] ?? 0);
    return {
      startS: Number(row.t_s),
      requests,
      inputTokens: tokens("mean_input_tokens"),
      outputTokens: tokens("mean_output_tokens"),
    };
  });
}

/** An hour of conversations (Azure 2023). */
export function azure(folder: string): TraceRequest[] {
  return rowsOf(join(folder, "azure2023_conv.csv.gz")).map(({ t_s, context_tokens, generated_tokens }) => ({
    atS: Number(t_s),
    inputTokens: Number(context_tokens),
    outputTokens: Number(generated_tokens),
  }));
}

/** An hour of conversations (Mooncake). */
export function mooncake(folder: string): TraceRequest[] {
  return linesOf(join(folder, "mooncake_conversation.ndjson.gz")).map((line) => {
    const { timestamp, input_length, output_length } = JSON.parse(line) as Record<string, number>;
    return { atS: Number(timestamp) / 1_000, inputTokens: Number(input_length), outputTokens: Number(output_length) };
  });
}

/** Requests counted into windows, those without any included, from the beginning to the last request. */
export function windowsOf(requests: readonly TraceRequest[], windowS: number): TraceWindow[] {
  const last = requests.reduce((most, { atS }) => Math.max(most, atS), 0);
  const windows = Array.from({ length: Math.floor(last / windowS) + 1 }, (_, n) => ({
    startS: n * windowS,
    requests: 0,
    inputTokens: 0,
    outputTokens: 0,
  }));
  for (const { atS, inputTokens, outputTokens } of requests) {
    const window = windows[Math.floor(atS / windowS)];
    if (window === undefined) continue;
    window.requests += 1;
    window.inputTokens += inputTokens;
    window.outputTokens += outputTokens;
  }
  return windows;
}

/** As a gateway would send them. */
export const asLoad = (windows: readonly TraceWindow[], windowS: number): InputRecord[] =>
  windows.map(({ startS, ...counts }) => {
    const windowStart = micros(startS);
    return { topic: "moe.load", value: { deploymentId: "trace", windowStart, windowEnd: windowStart + windowS * 1e6, ...counts } };
  });

/** As an engine would tell them, of so many tenants. */
export const asRequests = (requests: readonly TraceRequest[], tenants: number): InputRecord[] =>
  requests.map(({ atS, ...tokens }, n) => ({
    topic: "moe.request",
    value: { requestId: `r-${n}`, deploymentId: "trace", tenantHash: `t-${n % tenants}`, ts: micros(atS), ...tokens },
  }));

/** Microseconds since 1970 of a time in the trace. */
export const micros = (seconds: number): number => Math.round((beginS + seconds) * 1e6);
