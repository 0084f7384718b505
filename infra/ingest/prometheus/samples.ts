import type { Target } from "./engines.ts";
import type { Exposed, Exposition } from "./exposition.ts";

/** What stands in every sample of a target besides what it tells. */
export interface Whose {
  readonly target: Target;
  readonly deploymentId: string;
  readonly nowMs: number;
}

/** Timestamps that are so far from the scrape are not the exporter's to give: a cache that is served again and again. */
const oldestMs = 300_000;

/**
 * Exposed values as `moe.metric` takes them. Left out are those that are no number, what the engine's exporter tells of itself,
 * and what does not measure: settings that stand in labels (`_info`), and when a counter was made (`_created`).
 */
export function metricValues(
  samples: readonly Exposed[],
  { families }: Pick<Exposition, "families">,
  { target, deploymentId, nowMs }: Whose,
): Record<string, unknown>[] {
  const { prefixes, source, modelLabel } = target.engine;
  const instance = target.url.host;
  const values: Record<string, unknown>[] = [];
  for (const { name, labels, value, timestampMs } of samples) {
    if (!Number.isFinite(value) || name.endsWith("_info") || isCreation(name, families)) continue;
    if (prefixes.length > 0 && !prefixes.some((prefix) => name.startsWith(prefix))) continue;
    const atMs = timestampMs !== undefined && Math.abs(nowMs - timestampMs) < oldestMs ? timestampMs : nowMs;
    values.push({
      ts: Math.round(atMs * 1_000),
      name,
      value,
      unit: unitOf(name, families),
      deploymentId,
      instanceId: instance,
      source,
      modelId: labels.find((label) => label.name === modelLabel)?.value ?? "",
      labels: Object.fromEntries([["instance", instance], ...labels.filter(isOwn).map((label) => [label.name, label.value])]),
    });
  }
  return values;
}

/** An exporter that names an instance of its own is overruled, as Prometheus does. */
const isOwn = ({ name }: { name: string }): boolean => name !== "instance";

const created = "_created";

function isCreation(name: string, families: Exposition["families"]): boolean {
  if (!name.endsWith(created)) return false;
  const base = name.slice(0, -created.length);
  return families.has(base) || families.has(`${base}_total`);
}

/** Endings by which a counter is known where its unit does not say. */
const counterEnding = /_(?:total|count|sum|bucket)$/;

/**
 * `counter` for what only grows and is not named as Prometheus wants it, as those of DCGM; `gauge` for what is named so and does
 * not only grow: SGLang's gauge `lora_pool_slots_total`, quantiles of vLLM's histogram `iteration_tokens_total`.
 */
function unitOf(name: string, families: Exposition["families"]): string {
  const own = families.get(name);
  const family = own ?? families.get(name.replace(/_(?:total|sum|count)$/, ""));
  if (family?.type === "counter" && !name.endsWith("_total")) return "counter";
  if (own !== undefined && own.type !== "counter" && own.type !== "untyped" && counterEnding.test(name)) return "gauge";
  if (family !== undefined && family.unit !== "") return family.unit;
  if (/_seconds(?:_sum)?$/.test(name)) return "s";
  return /_bytes(?:_sum)?$/.test(name) ? "B" : "";
}
