import { topics } from "../../schemas/topics/index.ts";
import type { MetricSample, NameValue } from "../../schemas/types/avro.ts";
import { outputId } from "../stream/output-id.ts";

/** Longest name of a series, of a label's value, of a metric, that is kept or told as it is, in characters. */
const longest = 512;
/** Labels that are told of a series; more are in its samples. */
const mostLabels = 64;

/**
 * What a store knows a series by: name and sorted labels, and deployment, instance and cluster, which may stand beside the
 * labels. The lengths tell fields apart that have a bar in them; a longer key is kept as its digest, so that labels of a
 * megabyte cost no more memory than others.
 */
export function seriesKey(sample: MetricSample): string {
  const { instanceId, deploymentId, clusterId } = sample;
  return bounded(`${topics.metric.key(sample)}|${instanceId.length}|${instanceId}|${deploymentId.length}|${deploymentId}|${clusterId}`);
}

/** What people know a series by: its key in `moe.metric`; of a longer one its beginning and its digest. */
export const seriesId = (sample: MetricSample): string => bounded(topics.metric.key(sample));

/** Labels as outputs tell them, cut where they are long or many. */
export const labelsOf = ({ labels }: MetricSample): NameValue[] =>
  labels.slice(0, mostLabels).map(({ name, value }) => ({ name: bounded(name), value: bounded(value) }));

/** The text, or of one over 512 characters its beginning and a digest of all of it. */
export const bounded = (text: string): string => (text.length <= longest ? text : `${text.slice(0, 200)}~${outputId([text])}`);
