import { rmSync } from "node:fs";
import { join } from "node:path";
import { type ClickHousePart, startClickHouse } from "./clickhouse.ts";
import { startContainers } from "./containers.ts";
import { startKafka } from "./kafka.ts";
import type { ClickHouseAccess, Part } from "./part.ts";
import type { ChosenProfile, Configured } from "./profile.ts";
import { startRegistry } from "./registry.ts";
import { registryApp } from "./registry-app.ts";
import { Starting } from "./starting.ts";

export interface StackToStart {
  readonly profile: ChosenProfile;
  readonly dataDir: string;
  /** What the configuration names is used and not started, whatever the profile. */
  readonly configured: Configured;
  /** Any free ports instead of the usual ones, for a stack beside another. */
  readonly anyPorts?: boolean;
  /** Called as each part becomes ready. */
  onPart(part: Part): void;
  /** Told what takes long, and what is left out. */
  onProgress(line: string): void;
}

export interface Stack {
  readonly profile: ChosenProfile;
  readonly parts: readonly Part[];
  /** Comma separated; undefined in the memory profile, and so is the registry. */
  readonly kafka?: string;
  readonly registry?: string;
  /** Undefined where this machine has none: nothing is written to tables then. */
  readonly clickhouse?: ClickHouseAccess;
  stop(): Promise<void>;
}

/** Starts what a profile needs: ClickHouse beside Kafka, the registry as soon as Kafka answers. What fails half way leaves nothing running. */
export async function startStack(options: StackToStart): Promise<Stack> {
  const starting = new Starting(options.onPart);
  try {
    const addresses = await begin[options.profile](options, starting);
    return { profile: options.profile, parts: starting.parts, ...addresses, stop: () => starting.stop() };
  } catch (error) {
    await starting.stop();
    throw error;
  }
}

type Addresses = Pick<Stack, "kafka" | "registry" | "clickhouse">;

const begin: Record<ChosenProfile, (options: StackToStart, starting: Starting) => Promise<Addresses>> = {
  async external(options, starting) {
    const [kafka, registry, clickhouse] = await starting.all(
      named("Kafka", options, starting),
      named("registry", options, starting),
      clickHouse(options, starting),
    );
    return { kafka, registry, clickhouse };
  },

  async local(options, starting) {
    const { dataDir, onProgress, configured } = options;
    const port = options.anyPorts === true ? 0 : undefined;
    const logDir = join(dataDir, "logs");
    // The first time both are fetched, side by side; a failure of the second shows when the registry starts.
    const fetched = configured.registry === undefined ? registryApp(onProgress).catch(() => undefined) : undefined;
    const kafkaAndRegistry = async (): Promise<[string, string]> => {
      const kafka = await starting.part(startKafka({ dataDir: join(dataDir, "kafka"), port, logDir, onProgress }));
      await fetched;
      if (configured.registry !== undefined) return [kafka.address, await named("registry", options, starting)];
      const registry = startRegistry({ dataDir: join(dataDir, "registry"), kafka: kafka.address, port, logDir, onProgress });
      return [kafka.address, (await starting.part(registry)).address];
    };
    const [[kafka, registry], clickhouse] = await starting.all(kafkaAndRegistry(), clickHouse(options, starting));
    return { kafka, registry, clickhouse };
  },

  async docker({ dataDir, onProgress }, starting) {
    return await startContainers({ dataDir, onProgress }, starting);
  },

  async memory(options, starting) {
    // Offsets begin at 0 with each such log: tables of an earlier one would hold other records under the same places.
    const folder = join(options.dataDir, "clickhouse-of-memory");
    rmSync(folder, { recursive: true, force: true });
    return { clickhouse: await clickHouse(options, starting, folder) };
  },
};

/** A part that someone else runs. */
async function named(name: "Kafka" | "registry", { configured }: StackToStart, starting: Starting): Promise<string> {
  const address = (name === "Kafka" ? configured.kafka : configured.registry) ?? "";
  return (await starting.part(Promise.resolve(foreign(name, address)))).address;
}

/** The local one where none is named; none at all where its package is missing on this platform. */
async function clickHouse(
  options: StackToStart,
  starting: Starting,
  folder = join(options.dataDir, "clickhouse"),
): Promise<ClickHouseAccess | undefined> {
  const { configured, dataDir, onProgress, anyPorts } = options;
  if (configured.clickhouse !== undefined) {
    return { url: (await starting.part(Promise.resolve(foreign("ClickHouse", configured.clickhouse)))).address };
  }
  let part: ClickHousePart;
  try {
    part = await starting.part(
      startClickHouse({ dataDir: folder, port: anyPorts === true ? 0 : undefined, logDir: join(dataDir, "logs") }),
    );
  } catch (error) {
    if ((error as { code?: unknown }).code !== "GW_PART_MISSING") throw error;
    onProgress(`ClickHouse is left out, and tables with it: ${(error as Error).message}`);
    return undefined;
  }
  return { url: part.address, user: part.user, password: part.password, passwordFile: part.passwordFile };
}

const foreign = (name: string, address: string): Part => ({ name, address, detail: "as configured", stop: async () => undefined });
