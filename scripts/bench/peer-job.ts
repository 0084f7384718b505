import { readFileSync } from "node:fs";
import kafkajs from "kafkajs";
import { share } from "rxjs";
import { z } from "zod";
import { laneSettings } from "../../infra/config/lane-keys.ts";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import { checkpointTopic } from "../../infra/lanes/names.ts";
import { Worker } from "../../infra/lanes/worker.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { struct } from "../../operators/stream/codec.ts";
import { none, ok } from "../../operators/stream/outcome.ts";
import { pipeline } from "../../operators/stream/pipeline.ts";
import { each, stage } from "../../operators/stream/stage.ts";
import { seconds } from "../../operators/stream/time.ts";
import { type Aggregate, tumblingWindow } from "../../operators/windows/tumbling-window.ts";
import { internalTopic } from "../../schemas/topics/internal.ts";
import type { AnyTopic, Topic } from "../../schemas/topics/topic.ts";
import { partsToRun } from "../worker/parts.ts";

/**
 * A job that others have written for Kafka Streams and for kafkajs alone, on our lanes: scores an event's expert counts, an alert
 * where a key leaves its weighted baseline by four deviations, a window of ten seconds a key. The driver that runs all of them
 * sets the environment and compares outputs, records a second, CPU and memory; schemas lie in `schemas/` of its folder.
 */
interface Event {
  readonly ts: number;
  readonly deploymentId: string;
  readonly instanceId: string;
  readonly layer: number;
  readonly expertCounts: readonly number[];
  readonly droppedTokens: number;
}
interface Scored {
  readonly event: Event;
  readonly key: string;
  readonly imbalance: number;
  readonly entropy: number;
  readonly cv: number;
}
type Alert = Omit<Scored, "event"> & { readonly ts: number; readonly zImbalance: number; readonly zEntropy: number };

const env = (name: string): string => process.env[name] ?? "";
const keyOf = ({ deploymentId, instanceId, layer }: Event): string => `${deploymentId}|${instanceId}|${layer}`;
const ids = new Map([
  [env("BENCH_INPUT"), 1],
  [env("BENCH_ALERTS"), 2],
  [env("BENCH_WINDOWS"), 3],
]);

function benchTopic<T>(name: string, schema: string, role: "input" | "output", key: (value: T) => string): Topic<T> {
  const eventTime = role === "input" ? (value: T) => (value as Event).ts * 1_000 : null;
  return { ...internalTopic<T>({ name, schema: JSON.parse(readFileSync(`schemas/${schema}.avsc`, "utf8")), eventTime }), role, key };
}
const events = benchTopic<Event>(env("BENCH_INPUT"), "RouterEvent", "input", keyOf);
const alertsOut = benchTopic<Alert>(env("BENCH_ALERTS"), "Alert", "output", ({ key }) => key);
const windowsOut = benchTopic<{ readonly key: string }>(env("BENCH_WINDOWS"), "WindowAgg", "output", ({ key }) => key);

function score(event: Event): Scored {
  const counts = event.expertCounts;
  let sum = 0;
  let max = 0;
  let squares = 0;
  let weighted = 0;
  for (const count of counts) {
    if (count <= 0) continue;
    sum += count;
    squares += count * count;
    weighted += count * Math.log(count);
    if (count > max) max = count;
  }
  const key = keyOf(event);
  if (sum === 0) return { event, key, imbalance: 1, entropy: 1, cv: 0 };
  const mean = sum / counts.length;
  const entropy = (Math.log(sum) - weighted / sum) / Math.log(counts.length);
  return { event, key, imbalance: max / mean, entropy, cv: Math.sqrt(Math.max(0, squares / counts.length - mean * mean)) / mean };
}

const baseline = struct({
  seen: "uint32",
  meanImbalance: "float64",
  varImbalance: "float64",
  meanEntropy: "float64",
  varEntropy: "float64",
});
const alpha = 0.02;
const deviations = (value: number, mean: number, variance: number) => (variance > 0 ? (value - mean) / Math.sqrt(variance) : 0);

const windowFields = { count: "uint32", sum: "float64", max: "float64", minEntropy: "float64", dropped: "int64" } as const;
const windowOf: Aggregate<typeof windowFields, Scored, { key: string }> = {
  fields: windowFields,
  initial: ({ imbalance, entropy }) => ({ count: 0, sum: 0, max: imbalance, minEntropy: entropy, dropped: 0 }),
  add(kept, { event, imbalance, entropy }) {
    kept.count += 1;
    kept.sum += imbalance;
    kept.dropped += event.droppedTokens;
    if (imbalance > kept.max) kept.max = imbalance;
    if (entropy < kept.minEntropy) kept.minEntropy = entropy;
  },
  result: ({ count, sum, max, minEntropy, dropped }, start, end, key) => {
    const times = { start: start / 1_000, end: end / 1_000 };
    return { key, ...times, count, meanImbalance: sum / count, maxImbalance: max, minEntropy, sumDropped: dropped };
  },
};

const job = pipeline("bench", { summary: "The job of the benchmark.", latenessS: 0, options: z.object({}) }, ({ from, to, store }) => {
  const scored = from(events).pipe(
    each("score", "counts to figures", (event) => ok(score(event))),
    share(),
  );
  const key = ({ key: own }: Scored) => own;
  const alerts = scored.pipe(
    stage(
      "baseline",
      {
        kind: "baseline",
        summary: "Four deviations from the key's own weighted baseline",
        state: { codec: baseline, initial: () => ({ seen: 0, meanImbalance: 0, varImbalance: 0, meanEntropy: 0, varEntropy: 0 }) },
        step(state, { event, ...figures }: Scored) {
          const { imbalance, entropy } = figures;
          const zImbalance = deviations(imbalance, state.meanImbalance, state.varImbalance);
          const zEntropy = deviations(entropy, state.meanEntropy, state.varEntropy);
          const known = state.seen >= 50;
          if (state.seen === 0) Object.assign(state, { meanImbalance: imbalance, meanEntropy: entropy });
          state.seen += 1;
          const [offImbalance, offEntropy] = [imbalance - state.meanImbalance, entropy - state.meanEntropy];
          state.meanImbalance += alpha * offImbalance;
          state.varImbalance = (1 - alpha) * (state.varImbalance + offImbalance * alpha * offImbalance);
          state.meanEntropy += alpha * offEntropy;
          state.varEntropy = (1 - alpha) * (state.varEntropy + offEntropy * alpha * offEntropy);
          if (!known || (Math.abs(zImbalance) <= 4 && Math.abs(zEntropy) <= 4)) return none();
          return ok<Alert>({ ...figures, ts: event.ts, zImbalance, zEntropy });
        },
      },
      { key, store },
    ),
  );
  const time = ({ event }: Scored) => event.ts * 1_000;
  const windows = scored.pipe(tumblingWindow("window", { size: seconds(10), time, key, aggregate: windowOf, store }));
  return [to(alertsOut, alerts), to(windowsOut, windows)];
});

/** The benchmark has fixed schema ids and no registry. */
const codec: RecordCodec = {
  unknownIds: () => [],
  warm: async () => undefined,
  register: async () => undefined,
  decode: (topic, { value }) => topic.type.decode(value ?? Buffer.alloc(0), 5).value,
  encode(topic: AnyTopic, value) {
    const head = Buffer.from([0, 0, 0, 0, ids.get(topic.name) ?? 0]);
    return Buffer.concat([head, topic.type.toBuffer(value)]);
  },
};

const brokers = env("BENCH_BROKERS").split(",");
const group = env("BENCH_GROUP");
const logger = openLog({ level: "warn", write: (line) => process.stderr.write(`${line}\n`) });
const log = await openKafka({ brokers, clientId: "bench", compression: "none" }, logger);
const own = [checkpointTopic(group), `${group}.dlq`];
await log.admin.createTopics(own.map((name) => ({ name, partitions: 4, settings: {} })));
// The driver watches the group it has named; the lanes' positions lie under names of their own and are told there.
const admin = new kafkajs.Kafka({ clientId: "bench", brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
await admin.connect();
const silent = () => undefined;
const worker = await Worker.start({
  log,
  codec,
  logger,
  group,
  named: (topic) => (topic === "gatewatch.dlq" ? `${group}.dlq` : topic),
  parts: partsToRun([job], () => ({})),
  sinks: [],
  settings: { ...laneSettings.parse({}), quietMs: 200 },
  meter: { event: silent, gap: silent, restored: silent, committed: silent },
  lost: () => process.exit(3),
});
const places = [0, 1, 2, 3].map((partition) => ({ topic: events.name, partition }));
let told = "";
let going = true;
process.on("SIGTERM", async () => {
  going = false;
  await worker.stop();
  process.exit(0);
});
while (going) {
  const positions = await log.admin.positions(`${group}.bench.${events.name}`, places);
  const partitions = positions.flatMap(({ offset }, partition) => (offset < 0 ? [] : [{ partition, offset: String(offset) }]));
  // kafkajs joins the group for each of these: only where there is news.
  if (partitions.length > 0 && told !== JSON.stringify(partitions)) {
    await admin.setOffsets({ groupId: group, topic: events.name, partitions });
    told = JSON.stringify(partitions);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
