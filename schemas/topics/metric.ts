import type { MetricSample } from "../types/avro.ts";
import { topic } from "./topic.ts";
import { completeDeployment } from "./window-times.ts";

/**
 * Any scalar metric. Read by `metrics`.
 * Order: that of a series, which is its name and all its labels, in whatever order they were given.
 */
export const metric = topic<MetricSample>({
  name: "moe.metric",
  role: "input",
  key: ["name", "labels"],
  eventTime: "ts",
  complete: completeDeployment,
  rules: [labelsOnce],
});

/** Two values of one label would be two series under one key. */
function labelsOnce({ labels }: MetricSample): string | undefined {
  if (labels.length < 2) return undefined;
  const names = new Set<string>();
  for (const { name } of labels) {
    if (names.has(name)) return `labels.${name} is given twice`;
    names.add(name);
  }
  return undefined;
}
