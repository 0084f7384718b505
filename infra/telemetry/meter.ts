import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type MetricName, type MetricSpec, metrics } from "./metrics.ts";

type OfType<T extends MetricSpec["type"]> = { [N in MetricName]: (typeof metrics)[N]["type"] extends T ? N : never }[MetricName];
type LabelsOf<N extends MetricName> = Readonly<Record<(typeof metrics)[N]["labels"][number], string>>;

const openMetrics = "application/openmetrics-text";

/** The catalogue's metrics with values: what is not in the catalogue cannot be counted, and no label can be left out. */
export class Meter {
  // Two registries over the same metrics, since the format belongs to a registry and scrapes may overlap.
  readonly #prometheus = new Registry();
  readonly #open = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #collectors: (() => void)[] = [];

  constructor() {
    this.#open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const registers = [this.#prometheus, this.#open];
    for (const [name, { type, labels, help, buckets }] of Object.entries<MetricSpec>(metrics)) {
      const how = { name, help, labelNames: [...labels], registers };
      if (type === "counter") this.#counters.set(name, new Counter(how));
      else if (type === "gauge") this.#gauges.set(name, new Gauge(how));
      else this.#histograms.set(name, new Histogram({ ...how, buckets: [...(buckets ?? [])] }));
    }
    collectDefaultMetrics({ register: this.#prometheus });
    for (const metric of this.#prometheus.getMetricsAsArray()) if (!(metric.name in metrics)) this.#open.registerMetric(metric as never);
  }

  /**
   * Counts up; 0 makes no series, so that `/metrics` shows only what has happened. Once a batch or transaction, never a
   * record.
   */
  add<N extends OfType<"counter">>(name: N, labels: LabelsOf<N>, by = 1): void {
    if (by > 0) this.#counters.get(name)?.inc(labels, by);
  }

  /** One observation in the unit of the metric's name. */
  observe<N extends OfType<"histogram">>(name: N, labels: LabelsOf<N>, value: number): void {
    this.#histograms.get(name)?.observe(labels, value);
  }

  /** Lasts until the next scrape, see `beforeScrape`. */
  set<N extends OfType<"gauge">>(name: N, labels: LabelsOf<N>, value: number): void {
    this.#gauges.get(name)?.set(labels, value);
  }

  /** Called before each scrape, after every gauge has been emptied: what is gone must not be shown for ever. */
  beforeScrape(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** The exposition in the format that is asked for. */
  async scrape(accept: string | undefined): Promise<{ contentType: string; text: string }> {
    for (const gauge of this.#gauges.values()) gauge.reset();
    for (const collect of this.#collectors) collect();
    const registry = accept?.includes(openMetrics) ? this.#open : this.#prometheus;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
}
