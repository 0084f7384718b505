import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { LaneSettings, MemberSettings } from "../../infra/lanes/settings.ts";
import { Worker } from "../../infra/lanes/worker.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { pipelines } from "../../pipelines/index.ts";
import { partsToRun } from "../../scripts/worker/parts.ts";
import { testPipelines } from "../lanes/pipelines.ts";
import { plainCodec } from "../lanes/plain-codec.ts";
import { plainly } from "../lanes/plainly.ts";

/** What a worker of the fault tests is started with, as JSON in its first argument. */
export interface LaneWorkerOptions {
  readonly brokers: readonly string[];
  readonly pipeline: string;
  readonly prefix: string;
  readonly settings: LaneSettings & MemberSettings;
  readonly memberFile: string;
}

const options = JSON.parse(process.argv[2] ?? "") as LaneWorkerOptions;
const logger = openLog({ level: "warn", write: (line) => process.stderr.write(`${line}\n`) });
const named = (topic: string) => `${options.prefix}.${topic}`;
const silent = () => undefined;

// The leash: a worker of a test that has ended ends too.
process.on("disconnect", () => process.exit(1));

const log = await openKafka({ brokers: options.brokers, clientId: "fault-test" }, logger);
/** Told to, it dies at the next moment at which a transaction is open and has records in it. */
let doomed = false;
process.on("message", () => {
  doomed = true;
});
const mortal: LogPort = {
  ...plainly(log),
  fence: async (id) => {
    const writer = await log.fence(id);
    return {
      abort: () => writer.abort(),
      commit: (group, positions) => writer.commit(group, positions),
      send: async (records) => {
        const sent = await writer.send(records);
        if (doomed) process.kill(process.pid, "SIGKILL");
        return sent;
      },
    };
  },
};
const worker = await Worker.start({
  log: mortal,
  codec: plainCodec,
  logger,
  group: options.prefix,
  named,
  parts: partsToRun(
    [...pipelines, ...testPipelines].filter(({ name }) => name === options.pipeline),
    () => ({}),
  ),
  sinks: [],
  settings: options.settings,
  meter: { event: silent, restored: silent, gap: silent, committed: silent },
  memberFile: (group) => `${options.memberFile}.${group}`,
  lost: () => process.exit(3),
});
process.on("SIGTERM", () => {
  void worker
    .stop()
    .then(() => log.close())
    .then(() => process.exit(0));
});
