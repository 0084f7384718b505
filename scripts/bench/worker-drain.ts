import { laneSettings } from "../../infra/config/lane-keys.ts";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import { checkpointTopic } from "../../infra/lanes/names.ts";
import { Worker } from "../../infra/lanes/worker.ts";
import { memoryCodec } from "../../infra/registry/memory-codec.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { topics } from "../../schemas/topics/index.ts";
import { partsToRun, topicsOf } from "../worker/parts.ts";
import { course, finish, stopwatch } from "./contender.ts";

/** A whole worker with `router-windows`: from its first record until every position is committed, outputs and all. */
const { brokers, topic, partitions, records, run } = course();
const silent = () => undefined;
const logger = openLog({ level: "error", write: (line) => process.stderr.write(`${line}\n`) });
const log = await openKafka({ brokers, clientId: "bench" }, logger);
const codec = memoryCodec();
const parts = partsToRun([routerWindows], () => ({}));
await codec.register(topicsOf(parts));
const named = (name: string) => (name === topics.router.name ? topic : `${run}.${name}`);
const made = [...topicsOf(parts).map(({ name }) => named(name)), named(topics.dlq.name), checkpointTopic(run)].filter(
  (name) => name !== topic,
);
await log.admin.createTopics(made.map((name) => ({ name, partitions, settings: {} })));
let committed = 0;
let outputs = 0;
let lap: ReturnType<typeof stopwatch> | undefined;
await Worker.start({
  log,
  codec,
  logger,
  group: run,
  named,
  parts,
  sinks: [],
  settings: { ...laneSettings.parse({}), quietMs: 200 },
  meter: {
    event: silent,
    gap: silent,
    restored() {
      lap ??= stopwatch();
    },
    committed(_, transaction) {
      committed += transaction.records;
      outputs += transaction.outputs;
      if (committed < records || lap === undefined) return;
      process.stderr.write(`${outputs} outputs\n`);
      finish({ records: committed, ...lap() });
    },
  },
  lost: () => process.exit(3),
});
