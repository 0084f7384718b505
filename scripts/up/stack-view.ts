import type { StatusView, WorkerView } from "../../infra/http/status-page.ts";
import type { Part } from "../../infra/local-stack/part.ts";
import type { Alert } from "../../schemas/types/avro.ts";

const alertsKept = 20;

/** What the status page shows, gathered from the parts, the workers' own health and the alerts seen. */
export class StackView {
  readonly #startedAt = performance.now();
  readonly #profile: string;
  readonly #parts: readonly Part[];
  readonly #addresses: () => readonly (string | undefined)[];
  readonly #alerts: Alert[] = [];
  #alertsSeen = 0;
  #eventsSent = 0;

  constructor(profile: string, parts: readonly Part[], workers: () => readonly (string | undefined)[]) {
    this.#profile = profile;
    this.#parts = parts;
    this.#addresses = workers;
  }

  alert(alert: Alert): void {
    this.#alertsSeen += 1;
    this.#alerts.unshift(alert);
    this.#alerts.length = Math.min(this.#alerts.length, alertsKept);
  }

  sent(events: number): void {
    this.#eventsSent += events;
  }

  async view(): Promise<StatusView> {
    const asked = await Promise.all(this.#addresses().map((address, i) => askWorker(`worker ${i + 1}`, address)));
    const lag = new Map<string, number>();
    for (const { lags } of asked) for (const { topic, records } of lags) lag.set(topic, (lag.get(topic) ?? 0) + records);
    return {
      profile: this.#profile,
      uptimeS: Math.round((performance.now() - this.#startedAt) / 1_000),
      parts: this.#parts.map(({ name, address, detail }) => ({ name, address, detail })),
      workers: asked.map(({ worker }) => worker),
      lag: [...lag].map(([topic, records]) => ({ topic, records })),
      counts: [
        { name: "simulated events sent", value: this.#eventsSent },
        { name: "alerts seen", value: this.#alertsSeen },
      ],
      alerts: this.#alerts.map(({ ts, severity, kind, title }) => ({ ts: new Date(ts / 1_000).toISOString(), severity, kind, title })),
    };
  }
}

interface Asked {
  readonly worker: WorkerView;
  readonly lags: readonly { topic: string; records: number }[];
}

interface Ready {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly parts: readonly { readonly group: string; readonly lanes: readonly { readonly status: string }[] }[];
}

async function askWorker(name: string, address: string | undefined): Promise<Asked> {
  const away = (reason: string): Asked => ({
    worker: { name, address: address ?? "", ready: false, reasons: [reason], lanes: [] },
    lags: [],
  });
  if (address === undefined) return away("it starts");
  try {
    const signal = AbortSignal.timeout(3_000);
    const [ready, metrics] = await Promise.all([fetch(`${address}/readyz`, { signal }), fetch(`${address}/metrics`, { signal })]);
    const state = (await ready.json()) as Ready;
    const lanes = state.parts.map(({ group, lanes: all }) => ({
      group,
      live: all.filter(({ status }) => status === "live").length,
      of: all.length,
    }));
    return { worker: { name, address, ready: state.ready, reasons: state.reasons, lanes }, lags: lagsIn(await metrics.text()) };
  } catch {
    return away("it does not answer");
  }
}

/** `gatewatch_lane_lag_records{group="…",topic="moe.router",partition="0"} 12` */
export function lagsIn(metrics: string): { topic: string; records: number }[] {
  return [...metrics.matchAll(/^gatewatch_lane_lag_records\{[^}]*topic="([^"]*)"[^}]*\} (\S+)/gm)].map(([, topic = "", value]) => ({
    topic,
    records: Number(value),
  }));
}
