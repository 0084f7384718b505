import type { Health, WorkerView } from "../../infra/http/status-view.ts";

/** One line of `/metrics`. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a worker says of itself. */
export interface Asked {
  readonly worker: WorkerView;
  readonly series: readonly Series[];
}

interface Ready {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly parts: readonly { readonly group: string; readonly lanes: readonly { readonly status: string }[] }[];
}

const limitMs = 3_000;

/** `/readyz` and `/metrics` of a worker. Does not throw: one that does not answer is unhealthy, one not up yet unknown. */
export async function askWorker(name: string, address: string | undefined): Promise<Asked> {
  const away = (state: Health, reason: string): Asked => ({
    worker: { name, address: address ?? "", state, reasons: [reason], lanes: [] },
    series: [],
  });
  if (address === undefined) return away("unknown", "it starts");
  try {
    const signal = AbortSignal.timeout(limitMs);
    const [ready, metrics] = await Promise.all([fetch(`${address}/readyz`, { signal }), fetch(`${address}/metrics`, { signal })]);
    const { ready: isReady, reasons, parts } = (await ready.json()) as Ready;
    const lanes = parts.map(({ group, lanes: all }) => ({
      group,
      live: all.filter(({ status }) => status === "live").length,
      of: all.length,
    }));
    const state = isReady ? "healthy" : "unhealthy";
    return { worker: { name, address, state, reasons, lanes }, series: seriesIn(await metrics.text()) };
  } catch {
    return away("unhealthy", "it does not answer");
  }
}

/** `gatewatch_lane_lag_records{group="…",topic="moe.router",partition="0"} 12`; only Gatewatch's own. */
export function seriesIn(metrics: string): Series[] {
  return [...metrics.matchAll(/^(gatewatch_\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = "", labels = "", value]) => ({
    name,
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", text = ""]) => [label, unescaped(text)]),
    ),
    value: Number(value),
  }));
}

/** Prometheus text format: backslash, quote and line break are escaped. */
const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
