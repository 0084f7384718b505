import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { lookAtMachine } from "../../infra/local-stack/machine.ts";
import { containerPart } from "./container-parts.ts";
import type { PartName, SharedPart } from "./shared-part.ts";

/** A part that runs, or why this machine cannot have it. */
export type StartedPart = (SharedPart & { stop(): Promise<void> }) | { readonly missing: string };

/** Made on this machine where it can be, in a container where only an engine answers. */
export async function startPart(name: PartName, dataDir: string): Promise<StartedPart> {
  const machine = await lookAtMachine();
  const needed = needs[name].filter((need) => !machine[need].found);
  if (needed.length === 0) {
    await mkdir(dataDir, { recursive: true });
    return local[name](dataDir);
  }
  if (machine.docker.found) return containerPart(name);
  return { missing: needed.map((need) => machine[need].detail).join("; ") };
}

export const isPartName = (name: string): name is PartName => Object.hasOwn(needs, name);

const needs = { kafka: ["java", "maven"], registry: ["java", "maven"], clickhouse: ["chdb"] } as const satisfies Record<
  PartName,
  readonly string[]
>;

const local: Record<PartName, (dataDir: string) => Promise<StartedPart>> = {
  async kafka(dataDir) {
    const { startKafka } = await import("../../infra/local-stack/kafka.ts");
    return startKafka({ dataDir, port: 0, logDir: join(dataDir, "log") });
  },
  async registry(dataDir) {
    const { startRegistry } = await import("../../infra/local-stack/registry.ts");
    return startRegistry({ dataDir, port: 0 });
  },
  async clickhouse(dataDir) {
    const { startClickHouse } = await import("../../infra/local-stack/clickhouse.ts");
    return startClickHouse({ dataDir, port: 0 });
  },
};
