import { topics } from "../topics/index.ts";
import { graceMs } from "../topics/injection.ts";

/** A question that people ask first, under a short name: `gatewatch query NAME`. Tables are those of the database in use. */
export interface NamedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** From the least; as a literal of ClickHouse. */
const severities = "['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'EMERGENCY']";

/** What people ask first. Each runs in the database of the namespace and ends in a limit or in few groups. */
export const namedQueries: readonly NamedQuery[] = [
  {
    name: "last-hour",
    description: "What fired in the last hour of data and where: kind, place, how often, how bad, and the newest in words.",
    sql: `SELECT kind, deploymentId, entity.type AS what, entity.id AS entity, count() AS alerts,
  argMax(severity, (indexOf(${severities}, severity), ts)) AS worst, min(ts) AS firstSeen, max(ts) AS lastSeen, argMax(title, (ts, id)) AS newest
FROM alert
WHERE ts > (SELECT max(ts) FROM alert) - INTERVAL 1 HOUR
GROUP BY kind, deploymentId, what, entity
ORDER BY max(indexOf(${severities}, severity)) DESC, alerts DESC, kind, deploymentId, entity
LIMIT 50`,
  },
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
    name: "alert-sources",
    description: "Source addresses with the most alerts over the last day of data: what they did, how bad, and what was decided.",
    sql: `SELECT a.entity.id AS source, count() AS alerts, uniqExact(a.kind) AS kinds, topK(3)(a.kind) AS mostly,
  argMax(a.severity, (indexOf(${severities}, a.severity), a.ts)) AS worst, min(a.ts) AS firstSeen, max(a.ts) AS lastSeen, any(d.action) AS decided
FROM alert AS a
LEFT JOIN (
  SELECT response.target.id AS source, argMax(response.action, ts) AS action
  FROM decision
  WHERE kind = 'RESPONSE' AND response.target.type = 'source'
  GROUP BY source
) AS d ON d.source = a.entity.id
WHERE a.entity.type = 'source' AND a.ts > (SELECT max(ts) FROM alert) - INTERVAL 1 DAY
GROUP BY source
ORDER BY alerts DESC, source
LIMIT 20`,
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
    name: "forecast-actual",
    description:
      "Forecasts of the last day of data against the load that came: error beside that of the last value, and how often the interval held it, by the tenth of the level that it promised.",
    sql: `WITH actual AS (
  SELECT deploymentId, toUnixTimestamp64Micro(windowEnd) AS endUs, one.1 AS quantity, any(one.2) AS value
  FROM load
  ARRAY JOIN [('requests', requests), ('inputTokens', inputTokens), ('outputTokens', outputTokens)] AS one
  WHERE sloClass = ''
  GROUP BY deploymentId, endUs, quantity
), told AS (
  SELECT deploymentId, assumeNotNull(forecast.quantity) AS quantity, assumeNotNull(forecast.horizonS) AS horizonS,
    toUnixTimestamp64Micro(assumeNotNull(forecast.originTs)) AS originUs, originUs + toInt64(round(horizonS * 1e6)) AS endUs,
    assumeNotNull(forecast.point) AS point, assumeNotNull(forecast.low) AS low, assumeNotNull(forecast.high) AS high,
    assumeNotNull(forecast.level) AS level
  FROM insight
  WHERE kind = 'forecast' AND forecast.point IS NOT NULL AND ts > (SELECT max(ts) FROM insight) - INTERVAL 1 DAY
)
SELECT t.deploymentId AS deploymentId, t.quantity AS quantity, t.horizonS AS horizonS, floor(t.level + 1e-9, 1) AS wanted,
  if(wanted = 0 AND max(t.level) = 0, NULL, round(avg(a.value BETWEEN t.low AND t.high), 4)) AS coverage, count() AS windows,
  round(avg(a.value), 2) AS actualMean, round(avg(t.point), 2) AS forecastMean,
  round(sum(abs(t.point - a.value)) / nullIf(sum(a.value), 0), 4) AS wape,
  round(sum(abs(o.value - a.value)) / nullIf(sum(a.value), 0), 4) AS wapeOfLastValue
FROM told AS t
INNER JOIN actual AS a ON a.deploymentId = t.deploymentId AND a.quantity = t.quantity AND a.endUs = t.endUs
INNER JOIN actual AS o ON o.deploymentId = t.deploymentId AND o.quantity = t.quantity AND o.endUs = t.originUs
GROUP BY deploymentId, quantity, horizonS, wanted
ORDER BY deploymentId, quantity, horizonS, wanted`,
  },
  {
    name: "replicas",
    description: "Replicas over time: what was wanted at each decision, with the bounds of the forecast behind it.",
    sql: `SELECT ts, deploymentId, mode, replicas.current AS current, replicas.desired AS desired, replicas.low AS low, replicas.high AS high, reason
FROM decision
WHERE kind = 'REPLICAS'
ORDER BY ts DESC, deploymentId, id
LIMIT 100`,
  },
  {
    name: "injected-found",
    description: `What the simulator injected and whether an alert of a right kind came, about the same place, up to ${graceMs / 1_000} s after its end; with the delay in event time.`,
    // As scripts/simulate/matching.ts has it; a test holds one table of cases against both.
    sql: `WITH ['instance', 'rank', 'layer', 'expert'] AS engine, ['source', 'tenant', 'user', 'key'] AS requesters,
  extract(a.entity.id, '[|,{] ?instance="?([^|,"}]+)') AS instance
SELECT startTs AS injected, deploymentId, fault, entityId AS entity, dateDiff('second', startTs, endTs) AS lastsS,
  if(countIf(hit) > 0, 'found', 'not found') AS result, countIf(hit) AS alerts, groupUniqArrayIf(kind, hit) AS foundBy,
  if(countIf(hit) > 0, dateDiff('millisecond', startTs, minIf(at, hit)) / 1000, NULL) AS afterS
FROM (
  SELECT i.startTs AS startTs, i.endTs AS endTs, i.deploymentId AS deploymentId, i.fault AS fault, i.entityId AS entityId,
    a.kind AS kind, a.ts AS at, a.id != '' AND a.ts >= i.startTs AND a.ts <= i.endTs + INTERVAL ${graceMs} MILLISECOND AND NOT elsewhere AS hit,
    multiIf(
      NOT has(engine, i.entityType), has(requesters, toString(a.entity.type)) AND a.entity.id != i.entityId AND NOT has(i.named, a.entity.id),
      a.entity.type = 'series', NOT has(['', i.entityId], instance),
      has(engine, toString(a.entity.type)) AND a.entity.id != i.entityId
    ) OR (i.layer != '' AND NOT has(['', i.layer], arrayFirst(e -> e.name = 'layer', a.evidence).value)) AS elsewhere
  FROM (
    SELECT startTs, endTs, deploymentId, fault, entityId, entityType, layer, named, arrayJoin(if(empty(kinds), [''], kinds)) AS expected
    FROM (
      SELECT startTs, deploymentId, fault, entity.id AS entityId, max(injection.endTs) AS endTs, any(expectedKinds) AS kinds,
        any(toString(entity.type)) AS entityType, any(arrayFirst(e -> e.name = 'layer', evidence).value) AS layer,
        any(arrayMap(e -> e.value, evidence)) AS named
      FROM injection
      GROUP BY startTs, deploymentId, fault, entityId
    )
  ) AS i
  LEFT JOIN alert AS a ON a.deploymentId = i.deploymentId AND a.kind = i.expected
)
GROUP BY startTs, endTs, deploymentId, fault, entityId
ORDER BY injected DESC, fault, entity
LIMIT 100`,
  },
  {
    name: "audit-tail",
    description: "The newest links of the audit chain, and whether each follows the one before it.",
    sql: `SELECT chain, sequence, ts, kind, actor, action, target, reason, substring(hash, 1, 16) AS hashBegins, follows
FROM (
  SELECT *, sequence = 0 AND previousHash = '' OR
    previousHash = any(hash) OVER (PARTITION BY chain ORDER BY sequence ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS follows
  FROM audit
)
ORDER BY chain, sequence DESC
LIMIT 50 BY chain`,
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
    sql: Object.values(topics)
      .flatMap(({ table }) => table ?? [])
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
