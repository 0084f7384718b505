import type { Settings } from "../../infra/config/settings.ts";
import type { MemoryLog } from "../../infra/kafka/memory/log.ts";
import { type MemorySchemas, memoryCodec } from "../../infra/registry/memory-codec.ts";
import type { Logger } from "../../infra/telemetry/log.ts";
import { pipelines } from "../../pipelines/index.ts";
import { type RunningWorker, runWorker } from "../worker/run-worker.ts";
import { sinksOf } from "../worker/sinks.ts";
import type { Workers } from "./workers.ts";

export interface MemoryWorkersToStart {
  readonly workers: number;
  readonly log: MemoryLog;
  readonly schemas: MemorySchemas;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly stop: AbortSignal;
}

/** Workers of the memory profile: in this process, since its log is. Sinks run where there is a ClickHouse. */
export async function startMemoryWorkers({ workers, log, schemas, settings, logger, stop }: MemoryWorkersToStart): Promise<Workers> {
  const { url, user, password = "" } = settings.clickhouse;
  const sinks = url === undefined ? undefined : sinksOf(settings, { url, user, password }, logger);
  const started: RunningWorker[] = [];
  const end = Promise.withResolvers<number>();
  const stopAll = async (): Promise<void> => {
    await Promise.all(started.map((worker) => worker.stop()));
    await sinks?.close();
  };
  try {
    for (let i = 0; i < workers; i += 1) {
      const worker = await runWorker({
        settings,
        log: log.connect(),
        codec: memoryCodec(schemas),
        logger,
        pipelines,
        sinks,
        stop,
      });
      void worker.lost.then(() => end.resolve(1));
      started.push(worker);
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  return { addresses: () => started.map(({ address }) => address), ended: end.promise, stop: stopAll };
}
