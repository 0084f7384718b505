import type { AlertView, Health, PartView, PipelineView, StatusView, TopicView, WorkerView } from "../../infra/http/status-view.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import { topicByName } from "../../schemas/topics/index.ts";
import { type Asked, askWorker, type Series } from "./ask-worker.ts";
import type { Findings } from "./findings.ts";
import { healthOf, type Watched } from "./part-health.ts";
import { type Counted, Rates } from "./rates.ts";
import { type TopicEnd, TopicEnds } from "./topic-ends.ts";

export interface StackViewOptions {
  readonly profile: string;
  readonly parts: readonly Watched[];
  /** Of each worker, where it answers; undefined while it is not up. */
  readonly workers: () => readonly (string | undefined)[];
  readonly log: LogPort;
  readonly named: (topic: string) => string;
  /** What all groups of the workers begin with, without namespace. */
  readonly group: string;
  /** What runs, `sinks` among it where there is a ClickHouse. */
  readonly pipelines: readonly { readonly name: string; readonly summary: string }[];
  readonly findings: Findings;
  readonly now?: () => number;
}

/** Alerts that answer a page which has just been opened. */
const alertsShown = 20;
/** However many pages are open, the stack is looked at once in this time. */
const freshMs = 1_000;

/** What the status page shows: asked of the parts, the workers and the log when somebody looks, and of the alerts seen. */
export class StackView {
  readonly #options: StackViewOptions;
  readonly #watched: Watched[];
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #ends: TopicEnds;
  readonly #rates = new Rates();
  #alerts: readonly AlertView[] = [];
  #alertsSeen = 0;
  #eventsSent = 0;
  #looked: { readonly atMs: number; readonly view: Promise<Looked> } | undefined;

  constructor(options: StackViewOptions) {
    this.#options = options;
    this.#watched = [...options.parts];
    this.#now = options.now ?? Date.now;
    this.#startedMs = this.#now();
    this.#ends = new TopicEnds(options.log, options.named);
  }

  /** A part that was started later. */
  watch(part: Watched): void {
    this.#watched.push(part);
  }

  alert(alert: AlertView): void {
    this.#alertsSeen += 1;
    this.#alerts = [alert, ...this.#alerts.slice(0, alertsShown - 1)];
  }

  sent(events: number): void {
    this.#eventsSent += events;
  }

  /** Does not reject: what cannot be asked is unknown or unhealthy, and says why. */
  async view(): Promise<StatusView> {
    const nowMs = this.#now();
    if (this.#looked === undefined || nowMs - this.#looked.atMs >= freshMs) this.#looked = { atMs: nowMs, view: this.#look(nowMs) };
    const { parts, workers, pipelines, topics } = await this.#looked.view;
    return {
      profile: this.#options.profile,
      uptimeS: Math.round((nowMs - this.#startedMs) / 1_000),
      health: worst([...parts.map(partHealth), ...workers.map(workerHealth), ...pipelines.map(pipelineHealth)]),
      parts,
      workers,
      pipelines,
      topics,
      alerts: this.#alerts,
      counts: [
        { name: "simulated events sent", value: this.#eventsSent },
        { name: "alerts seen", value: this.#alertsSeen },
      ],
      injections: this.#options.findings.views(nowMs),
    };
  }

  async #look(nowMs: number): Promise<Looked> {
    const addresses = this.#options.workers();
    const [parts, asked, ends] = await Promise.all([
      Promise.all(this.#watched.map(healthOf)),
      Promise.all(addresses.map((address, i) => askWorker(`worker ${i + 1}`, address))),
      // The part Kafka says what is wrong; topics are then not known.
      this.#ends.look(nowMs).catch((): TopicEnd[] => []),
    ]);
    this.#rates.look(nowMs, [...asked.flatMap(countersOf), ...ends.map(endCounter)]);
    const series = asked.flatMap(({ series: all }) => all);
    const lanes = lanesOf(asked, ends, `${this.#options.named(this.#options.group)}.`);
    const lags = series.filter(({ name }) => name === "gatewatch_lane_lag_records");
    return {
      parts,
      workers: asked.map(({ worker }) => worker),
      pipelines: this.#options.pipelines.map((pipeline) => this.#pipeline(pipeline, lanes, lags)),
      topics: this.#topics(ends, lags),
    };
  }

  #pipeline({ name, summary }: { name: string; summary: string }, all: readonly Lanes[], lags: readonly Series[]): PipelineView {
    const prefix = `${this.#options.named(this.#options.group)}.${name}.`;
    const lanes = all.filter(({ group }) => group.startsWith(prefix));
    const live = lanes.reduce((sum, one) => sum + one.live, 0);
    const of = lanes.reduce((sum, one) => sum + one.of, 0);
    const own = lags.filter(({ labels: { group = "" } }) => group === name || group.startsWith(prefix));
    return {
      name,
      summary,
      state: of === 0 ? "unknown" : live === of ? "healthy" : "unhealthy",
      live,
      of,
      inPerS: this.#rates.perS(`in ${name}`),
      outPerS: this.#rates.perS(`out ${name}`),
      lag: own.length === 0 ? null : own.reduce((sum, { value }) => sum + value, 0),
    };
  }

  #topics(ends: readonly TopicEnd[], lags: readonly Series[]): TopicView[] {
    const names = new Map(ends.map(({ topic, role }) => [topic, role]));
    // In the direction of the flow: what comes in, then what comes out.
    return [...names]
      .sort(([, a], [, b]) => a.localeCompare(b))
      .map(([name, role]) => {
        const byGroup = new Map<string, number>();
        for (const { labels, value } of lags) {
          if (labels.topic !== this.#options.named(name)) continue;
          byGroup.set(labels.group ?? "", (byGroup.get(labels.group ?? "") ?? 0) + value);
        }
        // What lanes write, they count; offsets also count the ends of their transactions.
        const perS = this.#rates.perS(`written ${name}`) ?? this.#rates.perS(`end ${name}`);
        return { name, role, perS, lag: byGroup.size === 0 ? null : Math.max(...byGroup.values()) };
      });
  }
}

type Looked = Pick<StatusView, "parts" | "workers" | "pipelines" | "topics">;

type Lanes = WorkerView["lanes"][number];

/**
 * The lanes of each group over all workers. There is one for each partition: where the workers have fewer between them, one has
 * died and its lanes are not dealt out anew yet.
 */
function lanesOf(asked: readonly Asked[], ends: readonly TopicEnd[], prefix: string): Lanes[] {
  const partitions = Map.groupBy(ends, ({ topic }) => topic);
  const byGroup = Map.groupBy(
    asked.flatMap(({ worker }) => worker.lanes),
    ({ group }) => group,
  );
  return [...byGroup].map(([group, lanes]) => {
    const part = group.slice(prefix.length).replace(/^[^.]*\./, "");
    const of = lanes.reduce((sum, one) => sum + one.of, 0);
    return { group, live: lanes.reduce((sum, one) => sum + one.live, 0), of: Math.max(of, partitions.get(part)?.length ?? 0) };
  });
}

/** A worker's counters under the keys that rates are asked by. Internal topics are nobody's input and nobody's output. */
function countersOf({ worker: { name: source }, series }: Asked): Counted[] {
  return series.flatMap(({ name, labels: { pipeline = "", part = "", topic = "" }, value }): Counted[] => {
    if (name === "gatewatch_sink_rows_total") return ["in sinks", "out sinks"].map((key) => ({ source: `${source} ${topic}`, key, value }));
    if (name === "gatewatch_lane_input_records_total" && topicByName(part) !== undefined)
      return [{ source: `${source} ${part}`, key: `in ${pipeline}`, value }];
    if (name === "gatewatch_lane_output_records_total" && topicByName(topic) !== undefined)
      return [`out ${pipeline}`, `written ${topic}`].map((key) => ({ source: `${source} ${pipeline} ${topic}`, key, value }));
    return [];
  });
}

const endCounter = ({ topic, partition, end }: TopicEnd): Counted => ({ source: String(partition), key: `end ${topic}`, value: end });

interface Told {
  readonly state: Health;
  readonly reason: string;
}

const partHealth = ({ name, state, reason }: PartView): Told => ({ state, reason: `${name}: ${reason}` });
const workerHealth = ({ name, state, reasons }: WorkerView): Told => ({ state, reason: `${name}: ${reasons.slice(0, 3).join("; ")}` });
const pipelineHealth = ({ name, state, live, of }: PipelineView): Told => ({
  state,
  reason: of === 0 ? `${name}: no worker runs it yet` : `${name}: ${live} of ${of} lanes are live`,
});

/** Healthy only where all of it is known to be; nothing to ask is not known. */
function worst(told: readonly Told[]): StatusView["health"] {
  const wrong = told.filter(({ state }) => state !== "healthy");
  const state = told.some((one) => one.state === "unhealthy") ? "unhealthy" : wrong.length > 0 || told.length === 0 ? "unknown" : "healthy";
  return { state, reasons: wrong.map(({ reason }) => reason) };
}
