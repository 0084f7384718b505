import { topics } from "../../schemas/topics/index.ts";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { type InputRecord, startMs } from "./input-record.ts";

const fields = (topics.load.schema as { fields: { name: string; default?: unknown }[] }).fields;
const loadDefaults = topics.load.type.fromBuffer(
  topics.load.type.toBuffer({
    ...Object.fromEntries(fields.filter((field) => "default" in field).map((field) => [field.name, field.default])),
    windowStart: 0,
    windowEnd: 0,
    requests: 0,
    inputTokens: 0,
    outputTokens: 0,
  }),
) as LoadWindow;

/** A deployment's `n`-th window of ten seconds. */
export function loadOf(deploymentId: string, n: number, given: Partial<LoadWindow> = {}): LoadWindow {
  const windowStart = (startMs + n * 10_000) * 1_000;
  const windowEnd = windowStart + 10_000_000;
  return { ...loadDefaults, deploymentId, windowStart, windowEnd, ts: windowEnd, ...given };
}

/** Loads of three deployments that rise and fall; some windows are missing, some come twice. */
export function loadRecords(windows: number, seed = 1): InputRecord[] {
  const random = seeded(seed);
  const records: InputRecord[] = [];
  for (let n = 0; n < windows; n += 1) {
    for (let deployment = 0; deployment < 3; deployment += 1) {
      if (random.next() < 0.05) continue;
      const requests = Math.round(100 * (1 + deployment) * (1 + 0.6 * Math.sin(n / 20)) * Math.exp(0.2 * random.normal()));
      const value = loadOf(`d-${deployment}`, n, { requests, inputTokens: 700 * requests, outputTokens: 150 * requests });
      records.push({ topic: topics.load, value });
      if (random.next() < 0.05) records.push({ topic: topics.load, value });
    }
  }
  return records;
}
