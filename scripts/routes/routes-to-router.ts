import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";
import { RouteWindows } from "../../infra/ingest/routing/route-windows.ts";
import type { RouterEventInput } from "../../schemas/types/avro.ts";

/**
 * Turns per-token routes into `moe.router` lines, as an engine would have counted them: `concurrent` requests decode side by
 * side, one token a step each, and every `tokens` tokens make one event a layer.
 *
 *     npx node scripts/routes/routes-to-router.ts --in routes.ndjson.gz --experts 32 > router.jsonl
 *
 * Input: JSON Lines `{"req": 0, "i": 132, "e": [[31, 21, 6, 22], …]}`, `e` one list of chosen experts a layer; gzip by name.
 */
export interface Route {
  readonly req: number;
  readonly i: number;
  readonly e: readonly (readonly number[])[];
}

/** How an engine would have batched the tokens. Times in milliseconds. */
export interface RouteOptions {
  readonly experts: number;
  readonly tokens: number;
  readonly concurrent: number;
  readonly windowMs: number;
  readonly startMs: number;
  readonly deploymentId: string;
  readonly instanceId: string;
}

/** Events in window order; the tokens of a last, unfinished window are left out. */
export function* routerEvents(routes: readonly Route[], options: RouteOptions): Generator<RouterEventInput> {
  const { experts, tokens, concurrent, windowMs, startMs, deploymentId, instanceId } = options;
  const windows = new RouteWindows({ windowMs, graceMs: 0, maxOpen: 100_000 });
  let index = 0;
  for (const { req, e } of decoded(routes, concurrent)) {
    const ts = Math.floor((startMs + (index * windowMs) / tokens) * 1000);
    const topK = Math.max(...e.map((chosen) => chosen.length));
    const shape = { numExperts: experts, topK, source: "SIM", deploymentId, instanceId } as const;
    for (const [layer, chosen] of e.entries())
      yield* windows.add({ layer, experts: chosen, ts, phase: "DECODE", requestId: String(req) }, shape);
    index += 1;
  }
}

/** The order in which a server with so many slots decodes: a slot takes the next request when its own has ended. */
function* decoded(routes: readonly Route[], concurrent: number): Generator<Route> {
  const requests = [...Map.groupBy(routes, ({ req }) => req).values()].map((tokens) => tokens.toSorted((a, b) => a.i - b.i));
  const slots = requests.splice(0, concurrent).map((tokens) => tokens.values());
  while (slots.length > 0) {
    for (let at = 0; at < slots.length; at += 1) {
      const next = slots[at]?.next();
      if (next !== undefined && !next.done) {
        yield next.value;
        continue;
      }
      const waiting = requests.shift();
      if (waiting === undefined) slots.splice(at, 1);
      else slots[at] = waiting.values();
      at -= 1;
    }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      in: { type: "string" },
      out: { type: "string" },
      experts: { type: "string" },
      tokens: { type: "string", default: "256" },
      concurrent: { type: "string", default: "16" },
      start: { type: "string", default: "2026-01-01T00:00:00Z" },
    },
  });
  if (values.in === undefined || values.experts === undefined) throw new Error("--in FILE and --experts N are wanted");
  const file = createReadStream(values.in);
  const routes: Route[] = [];
  for await (const line of createInterface({ input: values.in.endsWith(".gz") ? file.pipe(createGunzip()) : file })) {
    if (line !== "") routes.push(JSON.parse(line) as Route);
  }
  const out = values.out === undefined ? process.stdout : createWriteStream(values.out);
  const named = { deploymentId: "routes", instanceId: "i-0", windowMs: 10_000, startMs: Date.parse(values.start) };
  const sizes = { experts: Number(values.experts), tokens: Number(values.tokens), concurrent: Number(values.concurrent) };
  for (const value of routerEvents(routes, { ...named, ...sizes })) out.write(`${JSON.stringify({ topic: "moe.router", value })}\n`);
}

if (import.meta.main) await main();
