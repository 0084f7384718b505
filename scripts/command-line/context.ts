import { resolveSettings } from "../../infra/config/resolve.ts";
import { type Settings, topicNames } from "../../infra/config/settings.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { type Logger, type LogLevel, openLog } from "../../infra/telemetry/log.ts";
import { pipelines } from "../../pipelines/index.ts";
import { type ClickHouseAccess, clickhouseAccess, kafkaAccess, registryAccess } from "./addresses.ts";
import type { Io } from "./io.ts";

/** `--config`, `--set` and `--namespace` as they were typed, to hand on to child processes. */
export interface GivenSettings {
  readonly config?: string;
  readonly set: readonly string[];
  readonly namespace?: string;
}

/** What a command may use besides its options. Nothing is opened before it is asked for; all of it is closed after the command. */
export interface Context {
  /** Fires when a lasting command is to stop: a signal, or nobody reads its output any more. */
  readonly stop: AbortSignal;
  readonly given: GivenSettings;
  /** Of the configuration, with further assignments over it. Throws GW_CONFIG_INVALID. */
  settings(overrides?: readonly string[]): Settings;
  logger(settings: Settings): Logger;
  /** A topic's or group's name under the namespace. */
  named(settings: Settings): (topic: string) => string;
  /** The configured Kafka, else that of the local stack. Throws GW_PART_MISSING where there is neither, GW_KAFKA_UNREACHABLE. */
  kafka(settings: Settings): Promise<LogPort>;
  codec(settings: Settings): Promise<RecordCodec>;
  clickhouse(settings: Settings): ClickHouseAccess;
}

/** The context of one invocation. `close` after it, however it ended. */
export class CommandContext implements Context {
  readonly stop: AbortSignal;
  readonly given: GivenSettings;
  readonly #io: Io;
  readonly #open: LogPort[] = [];

  constructor(io: Io, stop: AbortSignal, given: GivenSettings) {
    this.#io = io;
    this.stop = stop;
    this.given = given;
  }

  settings(overrides: readonly string[] = []): Settings {
    const { config = process.env.GATEWATCH_CONFIG, set, namespace } = this.given;
    return resolveSettings({ pipelines, file: config, environment: process.env, set: [...set, ...overrides], namespace });
  }

  /** JSON lines on stderr, readable ones where stderr is a terminal. */
  logger({ log: { level } }: { log: { level: LogLevel } }): Logger {
    return openLog({ level, readable: process.stderr.isTTY === true, write: (line) => this.#io.note(line) });
  }

  named(settings: Settings): (topic: string) => string {
    return topicNames(settings);
  }

  /** Connects, and is closed with the context. A broker that does not answer throws; whoever can wait does. */
  async kafka(settings: Settings): Promise<LogPort> {
    const access = kafkaAccess(settings);
    // Loaded where it is needed: `apply` and `topology` start without the client.
    const { openKafka } = await import("../../infra/kafka/kafkajs/open-kafka.ts");
    const log = await openKafka(access, this.logger(settings));
    this.#open.push(log);
    return log;
  }

  /** Connects to nothing yet. */
  async codec(settings: Settings): Promise<RecordCodec> {
    const { openRegistryCodec } = await import("../../infra/registry/registry-codec.ts");
    return openRegistryCodec({ ...registryAccess(settings), named: this.named(settings) }, this.logger(settings));
  }

  clickhouse(settings: Settings): ClickHouseAccess {
    return clickhouseAccess(settings);
  }

  /** Waits for every connection; what fails on closing is nobody's concern any more. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#open.splice(0).map((log) => log.close()));
  }
}
