import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { pipelines } from "../../pipelines/index.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { chosenPipelines } from "../command-line/chosen-pipelines.ts";
import { command } from "../command-line/command.ts";
import type { Context } from "../command-line/context.ts";
import { failure } from "../command-line/failure.ts";
import type { Io } from "../command-line/io.ts";
import { runWorker } from "../worker/run-worker.ts";
import { type Sinks, sinksOf } from "../worker/sinks.ts";
import { Supervisor } from "../worker/supervisor.ts";
import { tellSupervisor } from "../worker/worker-channel.ts";

/** `sinks` is chosen like a pipeline and is none: it has no graph. */
const runnable = [...pipelines.map(({ name }) => ({ name })), { name: "sinks" }];

const options = z.strictObject({
  pipelines: z
    .string()
    .optional()
    .describe("which, comma separated; `sinks` fills ClickHouse. All where left out, sinks where a ClickHouse is configured"),
  workers: z.coerce.number().int().positive().max(64).default(1).describe("how many processes; they share the partitions"),
  port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe("of /healthz, /readyz and /metrics, the next ones for further workers; any free one where left out"),
  group: z.string().optional().describe("offsets and state live under names that begin with this: another is a fresh start"),
  from: z.enum(["earliest", "latest"]).optional().describe("where a fresh start begins (default earliest)"),
  memberDir: z
    .string()
    .optional()
    .describe("a folder of one worker's own, where it keeps its memberships: after a crash it takes over at once"),
});
type Options = z.infer<typeof options>;

export const run = command({
  name: "run",
  summary: "Runs workers against the configured brokers, until it is told to stop.",
  details:
    "Makes the topics, schemas and tables its pipelines need. Kafka, registry or ClickHouse that do not answer are waited for. SIGTERM or Ctrl-C ends in order: last transactions, checkpoints, out of the groups; a second one ends at once.",
  examples: [
    "gatewatch run",
    "gatewatch run --pipelines router-windows,sinks --workers 2 --port 9400",
    "gatewatch run --group trial --from latest",
  ],
  configured: true,
  lasting: true,
  options,
  run: (given, io, context) => (given.workers > 1 ? supervise(given, io, context) : work(given, io, context)),
});

/** What a worker that has lost its group may still finish, before it ends with a code for its supervisor. */
const lostStopMs = 10_000;

/** Options of the command line stand over every other source. */
const overrides = ({ group, from, port }: Options): string[] => [
  ...(group === undefined ? [] : [`group=${group}`]),
  ...(from === undefined ? [] : [`lane.from=${from}`]),
  ...(port === undefined ? [] : [`http.port=${port}`]),
];

/** One worker in this process. */
async function work(given: Options, io: Io, context: Context): Promise<number> {
  const chosen = chosenPipelines(given.pipelines, runnable).map(({ name }) => name);
  const settings = context.settings(overrides(given));
  const logger = context.logger(settings);
  const { stop } = context;
  let sinks: Sinks | undefined;
  try {
    if (chosen.includes("sinks")) sinks = sinksWhereWanted(given, io, () => sinksOf(settings, context.clickhouse(settings), logger));
    const worker = await runWorker({
      settings,
      log: () => context.kafka(settings),
      codec: await context.codec(settings),
      logger,
      pipelines: pipelines.filter(({ name }) => chosen.includes(name)),
      sinks,
      memberDir: given.memberDir,
      stop,
      listening: (address) => io.out(`worker: ${address}`),
    });
    tellSupervisor({ worker: "running", address: worker.address });
    const lost = await Promise.race([worker.lost, aborted(stop)]);
    if (lost === undefined) {
      await worker.stop();
      return 0;
    }
    io.note(lost instanceof Fault ? failure(lost).text : `Kafka has dropped this worker for good: ${lost.message}`);
    if (lost instanceof Fault) tellSupervisor({ worker: "failed", code: lost.code });
    // Whatever has been lost may also keep it from leaving in order.
    await Promise.race([worker.stop(), pause(lostStopMs)]);
    return 1;
  } catch (error) {
    if (stop.aborted) return 0;
    if (error instanceof Fault) tellSupervisor({ worker: "failed", code: error.code });
    throw error;
  } finally {
    await sinks?.close();
  }
}

/** Sinks that were not asked for by name are left out where there is no ClickHouse. */
function sinksWhereWanted(given: Options, io: Io, open: () => Sinks): Sinks | undefined {
  try {
    return open();
  } catch (error) {
    if (given.pipelines !== undefined || !(error instanceof Fault) || error.code !== "GW_PART_MISSING") throw error;
    io.note("No ClickHouse is configured: the sinks do not run.");
    return undefined;
  }
}

/** Several workers as processes of their own. */
async function supervise(given: Options, io: Io, context: Context): Promise<number> {
  // Wrong names and keys are told once, here, and not by every worker.
  chosenPipelines(given.pipelines, runnable);
  const settings = context.settings(overrides(given));
  const { config, set, namespace } = context.given;
  const words = (name: string, value: string | undefined) => (value === undefined ? [] : [`--${name}`, value]);
  const supervisor = new Supervisor({
    workers: given.workers,
    args: (worker) => [
      ...words("config", config),
      ...set.flatMap((one) => ["--set", one]),
      ...words("namespace", namespace),
      ...words("pipelines", given.pipelines),
      ...words("group", given.group),
      ...words("from", given.from),
      ...words("port", settings.http.port === 0 ? undefined : String(settings.http.port + worker)),
    ],
    memberDir: given.memberDir,
    say: (sentence) => io.note(sentence),
    running: (worker, address) => io.out(`worker ${worker + 1}: ${address}`),
  });
  const ended = await Promise.race([supervisor.ended, aborted(context.stop)]);
  await supervisor.stop();
  return ended ?? 0;
}

/** A promise instead of an event, to race a worker's end against the wish to stop. */
const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
