import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";
import type { RouterEventInput } from "../../schemas/types/avro.ts";

/**
 * Turns per-token routes into `moe.router` lines, as an engine would have counted them: `concurrent` requests decode side by
 * side, one token a step each, and every `tokens` tokens make one event a layer.
 *
 *     node scripts/routes/routes-to-router.ts --in routes.ndjson.gz --experts 32 > router.jsonl
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
  let window: Route[] = [];
  let index = 0;
  for (const route of decoded(routes, options.concurrent)) {
    window.push(route);
    if (window.length < options.tokens) continue;
    yield* countedWindow(window, index, options);
    window = [];
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

function* countedWindow(window: readonly Route[], index: number, options: RouteOptions): Generator<RouterEventInput> {
  const windowStart = (options.startMs + index * options.windowMs) * 1000;
  for (let layer = 0; layer < (window[0]?.e.length ?? 0); layer += 1) {
    const expertCounts = new Array<number>(options.experts).fill(0);
    let topK = 0;
    for (const { e } of window) {
      const chosen = e[layer] ?? [];
      topK = Math.max(topK, chosen.length);
      for (const expert of chosen) expertCounts[expert] = (expertCounts[expert] ?? 0) + 1;
    }
    yield {
      windowStart,
      windowEnd: windowStart + options.windowMs * 1000,
      deploymentId: options.deploymentId,
      instanceId: options.instanceId,
      source: "SIM",
      phase: "DECODE",
      layer,
      numExperts: options.experts,
      topK,
      tokens: window.length,
      assignments: window.length * topK,
      expertCounts,
    };
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
