import type { OtlpAttribute } from "./request.ts";

/** What a resource says of all its metrics, in the fields of `moe.metric`. */
export interface Whose {
  readonly deploymentId: string;
  readonly instanceId: string;
  readonly clusterId: string;
  readonly modelId: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** Other at each start of a process, so that they would begin every series anew, and long. */
const passing = /^(?:process|telemetry)\./;

/**
 * Attributes with the names of the semantic conventions as fields, and all others as labels. A service without a name of its own
 * is of the deployment given. `instance` is the label by which causes are named.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/resource/
 */
export function whoseOf(attributes: readonly OtlpAttribute[], deploymentId: string): Whose {
  const all = labelsOf(attributes);
  const service = all.get("service.name") ?? "";
  const instanceId = all.get("service.instance.id") ?? all.get("host.name") ?? "";
  const labels = new Map([...all].filter(([name]) => !passing.test(name) && name !== "service.instance.id"));
  if (instanceId !== "") labels.set("instance", instanceId);
  return {
    deploymentId: service === "" || service.startsWith("unknown_service") ? deploymentId : service,
    instanceId,
    clusterId: all.get("k8s.cluster.name") ?? "",
    modelId: all.get("gen_ai.request.model") ?? "",
    labels,
  };
}

/** Texts, numbers and truth values; of a name that comes twice the last. Lists and maps are no labels. */
export function labelsOf(attributes: readonly OtlpAttribute[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const { key, value } of attributes) {
    const told = value?.stringValue ?? value?.boolValue ?? value?.intValue ?? value?.doubleValue;
    if (told !== undefined && key !== "") labels.set(key, String(told));
  }
  return labels;
}
