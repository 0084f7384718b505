import { join, resolve } from "node:path";
import type { Settings } from "../../infra/config/settings.ts";
import type { StatusPage } from "../../infra/http/status-page.ts";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import { stopChildren } from "../../infra/local-stack/child.ts";
import { lookAtMachine } from "../../infra/local-stack/machine.ts";
import { portFor } from "../../infra/local-stack/ports.ts";
import { type Configured, chooseProfile, type Profile } from "../../infra/local-stack/profile.ts";
import { claimDataDir, type RunningStack, releaseDataDir, writeRunning } from "../../infra/local-stack/running.ts";
import { type Stack, startStack } from "../../infra/local-stack/stack.ts";
import { usualPorts } from "../../infra/local-stack/versions.ts";
import { MemorySchemas, memoryCodec } from "../../infra/registry/memory-codec.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { withoutSecrets } from "../../infra/telemetry/without-secrets.ts";
import { pipelines } from "../../pipelines/index.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { dataDir as usualDataDir } from "../command-line/addresses.ts";
import type { Context } from "../command-line/context.ts";
import type { Io } from "../command-line/io.ts";
import { topicSpec } from "../worker/topic-specs.ts";
import { alertView } from "./alert-view.ts";
import { Ending } from "./ending.ts";
import { Findings } from "./findings.ts";
import { startIngestHere, startIngestProcess, type WayIn } from "./ingest.ts";
import { inventory } from "./inventory.ts";
import { startMemoryWorkers } from "./memory-workers.ts";
import { servePage } from "./page.ts";
import { watchedParts } from "./part-health.ts";
import { simulateLoad } from "./simulated-load.ts";
import { StackView } from "./stack-view.ts";
import { Story } from "./story.ts";
import { tailTopic } from "./topic-tail.ts";
import { startWorkerProcesses } from "./worker-processes.ts";
import { type Workers, workersReady } from "./workers.ts";

export interface UpOptions {
  readonly profile: Profile;
  readonly port?: number;
  /** Of the status page. */
  readonly host: string;
  readonly workers: number;
  readonly simulate: boolean;
  readonly dataDir?: string;
}

/**
 * The whole stack, from parts to alerts, until it is told to stop. Whatever ends it (a signal, a fault half way, a worker that
 * gives up), everything that was started is ended first, in reverse order.
 */
export async function up(options: UpOptions, io: Io, context: Context): Promise<number> {
  const ending = new Ending((sentence) => io.note(sentence));
  try {
    return await new Up(options, io, context, ending).run();
  } catch (error) {
    // A start that is told to stop fails wherever it happens to be.
    if (context.stop.aborted) return 0;
    throw error;
  } finally {
    if (context.stop.aborted) io.note("Stopping.");
    await ending.run();
  }
}

interface Connected {
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly workers: Workers;
}

type Seen = Pick<Connected, "log" | "workers"> & { readonly findings: Findings };

class Up {
  readonly #options: UpOptions;
  readonly #io: Io;
  readonly #context: Context;
  readonly #ending: Ending;
  readonly #dataDir: string;
  readonly #workerLog: string;
  readonly #startedAt = performance.now();

  constructor(options: UpOptions, io: Io, context: Context, ending: Ending) {
    this.#options = options;
    this.#io = io;
    this.#context = context;
    this.#ending = ending;
    this.#dataDir = resolve(options.dataDir ?? usualDataDir());
    this.#workerLog = join(this.#dataDir, "logs", "workers.log");
  }

  async run(): Promise<number> {
    const { stop } = this.#context;
    const configured = this.#configured(this.#context.settings());
    const { profile, why } = chooseProfile(
      this.#options.profile,
      configured,
      await lookAtMachine(this.#options.profile === "docker" ? "always" : "without Java"),
    );
    const port = await portFor("the status page", usualPorts.status, this.#options.port);
    const claim = claimDataDir(this.#dataDir, profile);
    this.#ending.later("the claim on the data directory", () => releaseDataDir(this.#dataDir));
    this.#io.out(`profile: ${profile} (${why})`);
    const stack = await this.#parts({ profile, configured });
    if (stop.aborted) return 0;
    const settings = this.#settings(stack);
    const { log, codec, workers } = stack.kafka === undefined ? await this.#inMemory(settings) : await this.#inProcesses(stack, settings);
    const [ingest] = await Promise.all([this.#ingest(stack, settings, log, codec), workersReady(workers, this.#workerLog, stop)]);
    if (stop.aborted) return 0;
    for (const [i, address] of workers.addresses().entries()) this.#io.out(`worker ${i + 1}: ${address}`);
    for (const line of await inventory({ log, stack, settings })) this.#io.out(line);
    const findings = new Findings();
    const view = this.#view(stack, settings, { log, workers, findings });
    view.watch(ingest);
    const page = await this.#statusPage(port, view);
    writeRunning(this.#dataDir, running(claim, stack, settings, page.address));
    await this.#alerts(log, codec, settings, { view, page, findings });
    this.#load(log, codec, settings, view);
    this.#io.out(`Gatewatch is ready in ${((performance.now() - this.#startedAt) / 1_000).toFixed(1)} s`);
    return await this.#untilOver(stack, workers);
  }

  #configured({ kafka, registry, clickhouse }: Settings): Configured {
    return { kafka: kafka.brokers.length === 0 ? undefined : kafka.brokers.join(","), registry: registry.url, clickhouse: clickhouse.url };
  }

  async #parts({ profile, configured }: { profile: Stack["profile"]; configured: Configured }): Promise<Stack> {
    // Told to stop while parts start: those that live are ended until the start has noticed.
    const giveUp = setInterval(() => {
      if (this.#context.stop.aborted) void stopChildren();
    }, 100);
    try {
      const stack = await startStack({
        profile,
        dataDir: this.#dataDir,
        configured,
        anyPorts: process.env.GATEWATCH_ANY_PORTS === "1",
        onPart: ({ name, address }) => this.#io.out(`${name}: ${withoutSecrets(address)}`),
        onProgress: (line) => this.#io.note(line),
      });
      this.#ending.later("the parts", () => stack.stop());
      return stack;
    } finally {
      clearInterval(giveUp);
    }
  }

  /** The configuration with the addresses of what has been started over it. */
  #settings({ kafka, registry, clickhouse }: Stack): Settings {
    const over = {
      "kafka.brokers": kafka,
      "registry.url": registry,
      "clickhouse.url": clickhouse?.url,
      "clickhouse.user": clickhouse?.user,
      "clickhouse.password": clickhouse?.password,
    };
    return this.#context.settings(Object.entries(over).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])));
  }

  async #inProcesses(stack: Stack, settings: Settings): Promise<Connected> {
    const { given, stop } = this.#context;
    const log = await this.#context.kafka(settings);
    this.#ending.later("the connection to Kafka", () => log.close());
    const say = (sentence: string) => {
      if (!stop.aborted) this.#io.note(sentence);
    };
    const logFile = this.#workerLog;
    const workers = startWorkerProcesses({ workers: this.#options.workers, stack, given, dataDir: this.#dataDir, logFile, say });
    this.#ending.later("the workers", () => workers.stop());
    return { log, codec: await this.#context.codec(settings), workers };
  }

  async #inMemory(settings: Settings): Promise<Connected> {
    const memory = openMemoryLog();
    const schemas = new MemorySchemas();
    const log = memory.connect();
    this.#ending.later("the log in memory", () => log.close());
    const { stop } = this.#context;
    const logger = this.#context.logger(settings);
    const workers = await startMemoryWorkers({ workers: this.#options.workers, log: memory, schemas, settings, logger, stop });
    this.#ending.later("the workers", () => workers.stop());
    return { log, codec: memoryCodec(schemas), workers };
  }

  #view(stack: Stack, settings: Settings, { log, workers, findings }: Seen): StackView {
    const sinks = { name: "sinks", summary: "Every topic that has a table, into ClickHouse." };
    return new StackView({
      profile: stack.profile,
      parts: watchedParts(stack.parts, log, settings),
      workers: () => workers.addresses(),
      log,
      named: this.#context.named(settings),
      group: settings.group,
      findings,
      pipelines: [...pipelines, ...(stack.clickhouse === undefined ? [] : [sinks])],
    });
  }

  async #ingest(stack: Stack, settings: Settings, log: LogPort, codec: RecordCodec): Promise<WayIn> {
    const { given, stop } = this.#context;
    const connected = { log, codec, named: this.#context.named(settings) };
    const starting =
      stack.kafka === undefined
        ? startIngestHere(connected, settings, (sentence) => this.#io.note(sentence))
        : startIngestProcess(settings, { stack, given, dataDir: this.#dataDir, stop });
    // Before it runs: a worker that cannot start meanwhile ends everything.
    this.#ending.later("the ways in", () =>
      starting.then(
        (ingest) => ingest.stop(),
        () => undefined,
      ),
    );
    const ingest = await starting;
    this.#io.out(`ingest: ${ingest.address}`);
    return ingest;
  }

  async #statusPage(port: number, view: StackView): Promise<StatusPage> {
    const { host } = this.#options;
    const page = await servePage({ host, port, dataDir: this.#dataDir, view, say: (sentence) => this.#io.note(sentence) });
    this.#ending.later("the status page", () => page.stop());
    this.#io.out(`status page: ${page.address}`);
    return page;
  }

  /** The console and the page hear of alerts, and the console also of what the simulator injects. */
  async #alerts(
    log: LogPort,
    codec: RecordCodec,
    settings: Settings,
    { view, page, findings }: { view: StackView; page: StatusPage; findings: Findings },
  ): Promise<void> {
    const named = this.#context.named(settings);
    await log.admin.createTopics([
      topicSpec(topics.alert as AnyTopic, named, settings.kafka),
      topicSpec(topics.injection, named, settings.kafka),
    ]);
    const story = new Story(findings);
    const say = (lines: readonly string[]) => {
      for (const line of lines) this.#io.out(line);
    };
    const alerts = await tailTopic({
      ...{ topic: topics.alert, log, codec, named },
      each: (alert) => {
        const nowMs = Date.now();
        const shown = alertView(alert);
        view.alert(shown);
        page.send({ id: alert.id, event: "alert", data: shown });
        say(story.alert(shown, findings.alert(alert, shown, nowMs), nowMs));
      },
    });
    this.#ending.later("the tail of alerts", () => alerts.stop());
    const injections = await tailTopic({
      ...{ topic: topics.injection, log, codec, named },
      each: (injection) => {
        const nowMs = Date.now();
        say(story.injection(findings.injection(injection, nowMs), nowMs));
      },
    });
    this.#ending.later("the tail of injections", () => injections.stop());
  }

  #load(log: LogPort, codec: RecordCodec, settings: Settings, view: StackView): void {
    if (!this.#options.simulate) return;
    const over = new AbortController();
    const load = simulateLoad({
      log,
      codec,
      settings,
      memory: log.kind === "memory" ? undefined : join(this.#dataDir, "simulated.json"),
      stop: AbortSignal.any([over.signal, this.#context.stop]),
      say: (sentence) => this.#io.note(sentence),
      sent: (events) => view.sent(events),
    }).catch((error: unknown) => {
      if (!over.signal.aborted && !this.#context.stop.aborted) this.#io.note(`the simulated load has ended: ${String(error)}`);
    });
    this.#ending.later("the simulated load", () => {
      over.abort();
      return load;
    });
  }

  async #untilOver({ parts }: Stack, workers: Workers): Promise<number> {
    const { stop } = this.#context;
    const stopped = new Promise<number>((resolve) => {
      if (stop.aborted) resolve(0);
      stop.addEventListener("abort", () => resolve(0), { once: true });
    });
    const lost = parts.flatMap(({ name, ended }) => (ended === undefined ? [] : [ended.then(() => name)]));
    const over = await Promise.race([stopped, workers.ended, ...lost]);
    if (typeof over === "number") return over;
    if (stop.aborted) return 0;
    this.#io.note(`${over} has ended; see its log in ${join(this.#dataDir, "logs")}. Everything else is stopped.`);
    return 1;
  }
}

function running(claim: RunningStack, { kafka, registry, clickhouse }: Stack, { namespace }: Settings, status: string): RunningStack {
  return {
    ...claim,
    addresses: { kafka, registry, clickhouse: clickhouse?.url, status },
    clickhouseUser: clickhouse?.user,
    clickhousePasswordFile: clickhouse?.passwordFile,
    namespace,
    ready: true,
  };
}
