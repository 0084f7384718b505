import type { FastifyInstance } from "fastify";
import type { Settings } from "../../infra/config/settings.ts";
import type { Intake } from "../../infra/ingest/intake.ts";
import { CountedRoutes } from "../../infra/ingest/routing/counted-routes.ts";
import { routingRoutes } from "../../infra/ingest/routing/routing-routes.ts";
import { startDumps } from "../../infra/ingest/routing/start-dumps.ts";
import type { Telling } from "../../infra/ingest/way-in.ts";
import { stateDirOf } from "./state-dir.ts";

/** Counting of posted tokens and balancers' counts, and the folders of dumps that the configuration names. Throws GW_USAGE, GW_CONFIG_INVALID. */
export async function openRouting(settings: Settings, intake: Intake, { say, waits }: Telling) {
  const { ingest, lane } = settings;
  const dumps = await startDumps(
    {
      dumps: ingest.watchDumps,
      topK: ingest.dumpsTopK,
      deploymentId: ingest.deploymentId,
      stateDir: stateDirOf(settings),
      coversMs: ingest.dumpsCoverS * 1_000,
      waits,
    },
    intake,
    say,
  );
  const counted = new CountedRoutes(
    {
      windowMs: ingest.routingWindowS * 1_000,
      graceMs: ingest.routingGraceS * 1_000,
      idleMs: ingest.routingIdleS * 1_000,
      maxOpen: ingest.routingMaxOpen,
      maxAheadMs: lane.maxAheadMs,
      say,
      waits,
    },
    intake,
  );
  return {
    routes: (server: FastifyInstance) => routingRoutes(server, intake, counted, ingest),
    /** To be called when no more tokens can come: what is open is closed and brought to Kafka. */
    async stop() {
      await dumps.stop();
      await counted.stop();
    },
  };
}
