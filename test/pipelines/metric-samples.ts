import { topics } from "../../schemas/topics/index.ts";
import type { MetricSample } from "../../schemas/types/avro.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { type InputRecord, startMs } from "./input-record.ts";

const fields = (topics.metric.schema as { fields: { name: string; default?: unknown }[] }).fields;

/** Fields of a sample that tests leave to their defaults. */
const metricDefaults = topics.metric.type.fromBuffer(
  topics.metric.type.toBuffer({
    ...Object.fromEntries(fields.filter((field) => "default" in field).map((field) => [field.name, field.default])),
    ts: startMs * 1_000,
    name: "m",
    value: 0,
  }),
) as MetricSample;

/** The `n`-th sample of a series, ten seconds after the one before. */
export const sampleOf = (name: string, n: number, value: number, given: Partial<MetricSample> = {}): MetricSample => ({
  ...metricDefaults,
  name,
  value,
  ts: (startMs + n * 10_000) * 1_000,
  ...given,
});

/** Samples of nine series of three instances: one that wanders, one that is nearly still, a counter that is reset; each has spikes. */
export function metricRecords(windows: number, seed = 1): InputRecord[] {
  const random = seeded(seed);
  const records: InputRecord[] = [];
  const counters = [0, 0, 0];
  for (let n = 0; n < windows; n += 1) {
    for (let instance = 0; instance < 3; instance += 1) {
      const labels = [{ name: "instance", value: `i-${instance}` }];
      const spike = random.next() < 0.01 ? 40 : 0;
      counters[instance] = random.next() < 0.01 ? 0 : (counters[instance] ?? 0) + 100 + random.normal() + 10 * spike;
      const values = { wandering: 50 + 10 * Math.sin(n / 9) + random.normal() + spike, still: 1, served_total: counters[instance] ?? 0 };
      for (const [name, value] of Object.entries(values)) {
        records.push({ topic: topics.metric, value: sampleOf(name, n, value, { labels }) });
      }
    }
  }
  return records;
}
