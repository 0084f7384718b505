import { setTimeout as pause } from "node:timers/promises";
import { topics } from "../../../schemas/topics/index.ts";
import type { Intake, Taken } from "../intake.ts";
import type { Waits } from "../way-in.ts";
import type { Target } from "./engines.ts";
import { parseExposition } from "./exposition.ts";
import { Histograms } from "./histograms.ts";
import { metricValues } from "./samples.ts";

/** How targets are asked. */
export interface ScrapeOptions {
  readonly targets: readonly Target[];
  readonly deploymentId: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly maxSeries: number;
  readonly now?: () => number;
  readonly waits?: Waits;
}

/** Targets that are being asked. */
export interface RunningScrapes {
  /** Resolves when no scrape is under way any more. */
  stop(): Promise<void>;
}

const mostBytes = 32 << 20;
/** The text format rather than OpenMetrics: in that, the newer clients of Python write `vllm:` as `vllm_`. */
const accept = "text/plain;version=0.0.4,*/*;q=0.1";

/** Asks every target again and again, each at its own moment of the interval. A target that is down is 0 in the metric `up`. */
export function startScrapes(options: ScrapeOptions, intake: Intake, say: (sentence: string) => void): RunningScrapes {
  const over = new AbortController();
  const running = options.targets.map((target, i) =>
    new Scrape(target, options, intake, say).run((i / options.targets.length) * options.intervalMs, over.signal),
  );
  return {
    async stop() {
      over.abort();
      await Promise.all(running);
    },
  };
}

/** One target. What it says and what goes wrong with it is told when it changes, not at every scrape. */
export class Scrape {
  readonly #target: Target;
  readonly #options: ScrapeOptions;
  readonly #intake: Intake;
  readonly #say: (sentence: string) => void;
  readonly #histograms = new Histograms();
  #trouble = "";

  constructor(target: Target, options: ScrapeOptions, intake: Intake, say: (sentence: string) => void) {
    this.#target = target;
    this.#options = options;
    this.#intake = intake;
    this.#say = say;
  }

  async run(firstMs: number, stop: AbortSignal): Promise<void> {
    const wait = (ms: number) => pause(ms, undefined, { signal: stop }).catch(() => undefined);
    for (await wait(firstMs); !stop.aborted; ) {
      const beganMs = performance.now();
      await this.once();
      await wait(Math.max(0, this.#options.intervalMs - (performance.now() - beganMs)));
    }
  }

  /** Asks once and hands on what comes. Never throws. */
  async once(): Promise<void> {
    const { deploymentId, maxSeries, now = Date.now } = this.#options;
    const { engine, url } = this.#target;
    const nowMs = now();
    const up = (value: number) => ({
      ts: nowMs * 1_000,
      name: "up",
      value,
      deploymentId,
      instanceId: url.host,
      source: engine.source,
      labels: { instance: url.host, engine: engine.name },
    });
    const answer = await this.#ask().catch(reasonOf);
    if (typeof answer === "string") {
      this.#told(answer);
      await this.#take([up(0)]);
      return;
    }
    const read = parseExposition(answer.text, answer.isOpenMetrics);
    const values = metricValues(this.#histograms.quantiles(read.samples), read, { target: this.#target, deploymentId, nowMs });
    const taken = await this.#take([up(1), ...values.slice(0, maxSeries)]);
    // The target is up all the same where nobody takes its values.
    if (typeof taken === "string") this.#told(taken);
    else
      this.#told(
        troubleOf({
          ...{ badLines: read.badLines, left: values.length - maxSeries, refused: taken.faults.length, first: taken.faults[0]?.message },
          foreign: values.length === 0 ? read.samples.length : undefined,
        }),
      );
  }

  /** Or why nobody took them; they are not given again. */
  async #take(values: readonly Readonly<Record<string, unknown>>[]): Promise<Taken | string> {
    const { waits } = this.#options;
    const who = `scrape of ${this.#target.url.host}`;
    try {
      const taken = await this.#intake.take(topics.metric, values);
      waits?.(who);
      return taken;
    } catch (error) {
      const reason = `its values are not taken: ${reasonOf(error)}`;
      waits?.(who, reason);
      return reason;
    }
  }

  async #ask(): Promise<{ text: string; isOpenMetrics: boolean }> {
    const response = await fetch(this.#target.url, { headers: { accept }, signal: AbortSignal.timeout(this.#options.timeoutMs) });
    if (!response.ok) {
      // Unread, it would hold its connection until it is collected.
      await response.body?.cancel();
      throw new Error(`it answers ${response.status}`);
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new Error(`its answer has more than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    const isOpenMetrics = (response.headers.get("content-type") ?? "").startsWith("application/openmetrics-text");
    return { text: Buffer.concat(chunks).toString("utf8"), isOpenMetrics };
  }

  #told(trouble: string): void {
    const kind = trouble.replaceAll(/\d+/g, "0");
    if (kind === this.#trouble) return;
    this.#say(`${this.#target.engine.name} at ${this.#target.url.host}: ${trouble === "" ? "scraped without trouble" : trouble}`);
    this.#trouble = kind;
  }
}

interface Troubles {
  readonly badLines: number;
  readonly left: number;
  readonly refused: number;
  readonly first: string | undefined;
  /** How many series there are where none is of the engine. */
  readonly foreign: number | undefined;
}

function troubleOf({ badLines, left, refused, first, foreign }: Troubles): string {
  const parts = [
    foreign === undefined ? "" : `none of its ${foreign} series is one of this engine`,
    badLines > 0 ? `${badLines} lines cannot be read` : "",
    left > 0 ? `${left} series over the limit are left out` : "",
    refused > 0 ? `${refused} values are refused, the first because ${first}` : "",
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it does not answer in time";
  const cause = error.cause instanceof Error ? ` (${error.cause.message || (error.cause as NodeJS.ErrnoException).code})` : "";
  return `${error.message}${cause}`;
}
