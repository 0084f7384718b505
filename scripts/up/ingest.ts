import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Settings } from "../../infra/config/settings.ts";
import { startChild } from "../../infra/local-stack/child.ts";
import type { Part } from "../../infra/local-stack/part.ts";
import { anyFreePort, portFor } from "../../infra/local-stack/ports.ts";
import type { Stack } from "../../infra/local-stack/stack.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import type { GivenSettings } from "../command-line/context.ts";
import type { Connected } from "../ingest/open-intake.ts";
import { startIngest } from "../ingest/start-ingest.ts";
import { flags, gatewatch } from "../worker/supervisor.ts";
import type { Watched } from "./part-health.ts";
import { environmentOf, typed } from "./worker-processes.ts";

/** The way in of a stack, as one of its parts. */
export type WayIn = Omit<Part, "ended"> & Watched;

/** Where a process of its own is started. */
export interface IngestProcess {
  readonly stack: Stack;
  readonly given: GivenSettings;
  readonly dataDir: string;
  readonly stop: AbortSignal;
}

const detail = "takes events, OTLP metrics, scrapes and logs";
const readyMs = 30_000;

/** `ingest.port` or the next free one; any with GATEWATCH_ANY_PORTS=1, as for every part. */
const portOf = ({ ingest: { port } }: Settings): Promise<number> =>
  process.env.GATEWATCH_ANY_PORTS === "1" ? anyFreePort() : portFor("the way in", port, port === 0 ? 0 : undefined);

/**
 * `gatewatch ingest` as a child, so that a flood of events costs neither workers nor page; its log is `logs/ingest.log`. Resolves
 * when it answers. Throws GW_PART_FAILED.
 */
export async function startIngestProcess(settings: Settings, { stack, given, dataDir, stop }: IngestProcess): Promise<WayIn> {
  const port = await portOf(settings);
  const { host } = settings.ingest;
  const output = join(dataDir, "logs", "ingest.log");
  const child = await startChild({
    name: "ingest",
    command: process.execPath,
    args: [...flags, gatewatch, "ingest", ...typed(given), "--port", String(port)],
    env: environmentOf(stack),
    output,
  });
  const address = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const part = { name: "ingest", address, detail, look: () => look(address, "/readyz"), stop: () => child.stop() };
  for (const until = performance.now() + readyMs; !stop.aborted; await pause(50)) {
    if (child.exit !== undefined || performance.now() > until) {
      await child.stop();
      throw new Fault("GW_PART_FAILED", `ingest did not start; see ${output}`, { port });
    }
    if (
      await look(address, "/healthz").then(
        () => true,
        () => false,
      )
    )
      break;
  }
  return part;
}

/** The same in this process, for a log that only this process has. */
export async function startIngestHere(connected: Connected, settings: Settings, say: (sentence: string) => void): Promise<WayIn> {
  const port = await portOf(settings);
  const { address, stop } = await startIngest(connected, { ...settings, ingest: { ...settings.ingest, port } }, say);
  return { name: "ingest", address, detail, look: () => look(address, "/readyz"), stop };
}

/** Whether it lives (`/healthz`), or also does its work (`/readyz`). */
async function look(address: string, path: string): Promise<void> {
  const response = await fetch(new URL(path, address), { signal: AbortSignal.timeout(2_000) });
  const { reasons = [] } = (await response.json()) as { reasons?: string[] };
  // Without the token it is refused, which is an answer too.
  if (!response.ok && response.status !== 401) throw new Error(reasons.join("; ") || `it answers ${response.status}`);
}
