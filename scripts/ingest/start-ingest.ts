import type { Settings } from "../../infra/config/settings.ts";
import { eventsRoute } from "../../infra/ingest/http/events-route.ts";
import { type IngestServer, startIngestServer } from "../../infra/ingest/http/ingest-server.ts";
import { otlpMetricsRoute } from "../../infra/ingest/otlp/metrics-route.ts";
import { targetOf } from "../../infra/ingest/prometheus/engines.ts";
import { startScrapes } from "../../infra/ingest/prometheus/scrape.ts";
import type { Telling } from "../../infra/ingest/way-in.ts";
import { type Connected, openIntake } from "./open-intake.ts";
import { openRouting } from "./open-routing.ts";
import { openTails } from "./open-tails.ts";
import { WaysHealth } from "./ways-health.ts";

/** All ways in of one process, running. */
export interface RunningIngest {
  /** `http://host:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts every way in that the configuration names. Throws GW_PORT_TAKEN, GW_USAGE, GW_CONFIG_INVALID. */
export async function startIngest(connected: Connected, settings: Settings, say: (sentence: string) => void): Promise<RunningIngest> {
  const targets = settings.ingest.scrape.map(targetOf);
  const intake = openIntake(connected, settings);
  const { host, port, token, maxRequests, maxRequestsPerClient, maxBodyBytes, maxStreamBytes, ...scraping } = settings.ingest;
  const health = new WaysHealth();
  const telling: Telling = { say, waits: health.waits };
  const routing = await openRouting(settings, intake, telling);
  const server: IngestServer = await startIngestServer({
    host,
    port,
    token,
    maxRequests,
    maxRequestsPerClient,
    ready: () => health.state(),
    routes: [
      (one) => eventsRoute(one, intake, { maxBodyBytes, maxStreamBytes }),
      (one) => otlpMetricsRoute(one, intake, { maxBodyBytes, deploymentId: scraping.deploymentId }),
      routing.routes,
    ],
  }).catch((error) => routing.stop().then(() => Promise.reject(error)));
  const scrapes = startScrapes(
    {
      targets,
      deploymentId: scraping.deploymentId,
      intervalMs: scraping.scrapeIntervalS * 1_000,
      timeoutMs: scraping.scrapeTimeoutS * 1_000,
      maxSeries: scraping.maxSeriesPerTarget,
      waits: telling.waits,
    },
    intake,
    say,
  );
  const stopOthers = async () => {
    await scrapes.stop();
    await server.stop();
    await routing.stop();
    await intake.close();
  };
  try {
    const tails = await openTails(connected, settings, intake, telling);
    health.tails = tails.running;
    return { address: server.address, stop: () => tails.stop().then(stopOthers) };
  } catch (error) {
    await stopOthers();
    throw error;
  }
}
