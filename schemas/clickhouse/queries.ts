/** A question that people ask first, under a short name: `gatewatch query NAME`. Tables are those of the database in use. */
export interface NamedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** What people ask first. Each runs in the database of the namespace and ends in a limit or in few groups. */
export const namedQueries: readonly NamedQuery[] = [
  {
    name: "alerts",
    description: "The newest alerts: what, where, how bad, and what to do.",
    sql: `SELECT ts, severity, kind, deploymentId, entity.id AS entity, title, observed, expected, suggestedAction
FROM alert
ORDER BY ts DESC, id
LIMIT 50`,
  },
  {
    name: "alert-counts",
    description: "Alerts by kind and severity, and when each was last seen.",
    sql: `SELECT kind, severity, count() AS alerts, uniqExact(entity) AS entities, min(ts) AS firstSeen, max(ts) AS lastSeen
FROM alert
GROUP BY kind, severity
ORDER BY alerts DESC, kind, severity`,
  },
  {
    name: "evidence",
    description: "What the newest alerts rest on: one line a figure.",
    sql: `SELECT a.ts AS ts, a.kind AS kind, a.entity.id AS entity, e.name AS what, e.value AS found, e.note AS note
FROM (SELECT * FROM alert ORDER BY ts DESC, id LIMIT 10) AS a
ARRAY JOIN a.evidence AS e
ORDER BY a.ts DESC, a.id`,
  },
  {
    name: "windows",
    description: "The newest windows of routing health, one line a layer.",
    sql: `SELECT windowStart, deploymentId, instanceId, layer, records, tokens, round(imbalanceMax, 3) AS imbalanceMax,
  round(entropyMean, 4) AS entropyMean, round(entropyMin, 4) AS entropyMin, droppedTokens
FROM \`window\`
ORDER BY windowStart DESC, deploymentId, instanceId, layer
LIMIT 100`,
  },
  {
    name: "worst-layers",
    description: "Layers by how unevenly they route, over the last hour of data.",
    sql: `SELECT deploymentId, instanceId, layer, count() AS windows, round(avg(imbalanceMean), 3) AS imbalanceMean,
  round(max(imbalanceMax), 3) AS imbalanceMax, round(min(entropyMin), 4) AS entropyMin, sum(droppedTokens) AS droppedTokens
FROM \`window\`
WHERE windowStart > (SELECT max(windowStart) FROM \`window\`) - INTERVAL 1 HOUR
GROUP BY deploymentId, instanceId, layer
ORDER BY imbalanceMax DESC, deploymentId, instanceId, layer
LIMIT 20`,
  },
  {
    name: "collapse",
    description: "Windows whose entropy fell furthest under their layer's own median, over the last day of data: router collapse.",
    sql: `SELECT w.windowStart AS windowStart, w.deploymentId AS deploymentId, w.instanceId AS instanceId, w.layer AS layer,
  round(w.entropyMin, 4) AS lowest, round(own.entropy, 4) AS usual, round(1 - w.entropyMin / own.entropy, 3) AS fallenBy, w.tokens AS tokens
FROM \`window\` AS w
INNER JOIN (
  SELECT deploymentId, instanceId, layer, median(entropyMean) AS entropy
  FROM \`window\`
  WHERE windowStart > (SELECT max(windowStart) FROM \`window\`) - INTERVAL 1 DAY
  GROUP BY deploymentId, instanceId, layer
) AS own USING (deploymentId, instanceId, layer)
WHERE w.windowStart > (SELECT max(windowStart) FROM \`window\`) - INTERVAL 1 DAY AND own.entropy > 0
ORDER BY fallenBy DESC, windowStart DESC
LIMIT 20`,
  },
  {
    name: "hot-experts",
    description: "Experts by their share of their layer's assignments, over the last hour of data; even would be 1 / experts.",
    sql: `SELECT deploymentId, instanceId, layer, expert - 1 AS expert, sum(count) AS assignments,
  round(assignments / sum(assignments) OVER (PARTITION BY deploymentId, instanceId, layer), 4) AS share,
  round(share * count() OVER (PARTITION BY deploymentId, instanceId, layer), 2) AS timesEven
FROM \`window\`
ARRAY JOIN expertCounts AS count, arrayEnumerate(expertCounts) AS expert
WHERE windowStart > (SELECT max(windowStart) FROM \`window\`) - INTERVAL 1 HOUR
GROUP BY deploymentId, instanceId, layer, expert
ORDER BY timesEven DESC, deploymentId, instanceId, layer, expert
LIMIT 20`,
  },
  {
    name: "dead-letters",
    description: "What could not be processed, by reason, with the newest example of each.",
    sql: `SELECT code, stage, origin.topic AS topic, count() AS letters, max(ts) AS lastSeen,
  argMax(message, ts) AS example, argMax((origin.partition, origin.offset), ts) AS exampleAt
FROM dlq
GROUP BY code, stage, topic
ORDER BY letters DESC, code, stage, topic`,
  },
  {
    name: "tables",
    description: "What the tables hold: rows and size.",
    sql: `SELECT name, total_rows AS rows, formatReadableSize(total_bytes) AS size, comment
FROM system.tables
WHERE database = currentDatabase() AND NOT startsWith(name, '_')
ORDER BY name`,
  },
  {
    name: "freshness",
    description: "How far each table has read its topic, and the event time it has reached.",
    sql: ["alert", "insight", "decision", "incident", "audit", "window", "score", "dlq", "injection"]
      .map(
        (table) => `SELECT '${table}' AS table, _partition AS partition, count() AS rows, max(_offset) AS lastOffset, max(ts) AS lastEvent,
  max(_timestamp) AS lastWritten
FROM \`${table}\`
GROUP BY partition`,
      )
      .join("\nUNION ALL\n")
      .concat("\nORDER BY table, partition"),
  },
];

/** Undefined where there is none of this name: the text is then SQL. */
export const namedQuery = (name: string): NamedQuery | undefined => namedQueries.find((query) => query.name === name);
