import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { resolveSettings } from "../../infra/config/resolve.ts";
import { encodeMessage } from "../../infra/ingest/otlp/messages.ts";
import { targetOf } from "../../infra/ingest/prometheus/engines.ts";
import { Scrape } from "../../infra/ingest/prometheus/scrape.ts";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import { startKafka } from "../../infra/local-stack/kafka.ts";
import { memoryCodec } from "../../infra/registry/memory-codec.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { pipelines } from "../../pipelines/index.ts";
import { openIntake } from "../ingest/open-intake.ts";
import { startIngest } from "../ingest/start-ingest.ts";

/**
 * How fast telemetry comes in over the network and into a Kafka: events as JSON Lines, OTLP batches as a collector sends them, a scrape, tokens.
 *
 *     npx node scripts/bench/network-drain.ts --events 200000 --reps 3
 *
 * One line of JSON a run. A run ends when Kafka has all of it; tokens are counted by then. Client and way in share this process, bodies
 * are made before, Kafka is another process of this machine.
 */
const { values } = parseArgs({ options: { events: { type: "string", default: "200000" }, reps: { type: "string", default: "3" } } });
const count = Number(values.events);
/** What a collector sends at once by default, and about what an engine exposes. */
const [points, series] = [8_192, 4_000];

const note = (line: string): boolean => process.stderr.write(`${line}\n`);
const dir = await mkdtemp(join(tmpdir(), "gatewatch-bench-"));
const kafka = await startKafka({ dataDir: dir, port: 0, onProgress: note });
const settings = resolveSettings({ pipelines, environment: {}, set: ["ingest.port=0", `ingest.stateDir=${dir}`] });
const log = await openKafka({ brokers: [kafka.address], clientId: "bench" }, openLog({ level: "silent", write: () => undefined }));
const connected = { log, codec: memoryCodec(), named: String };
const ways = await startIngest(connected, settings, note);
const intake = openIntake(connected, settings);

async function post(path: string, type: string, body: Buffer): Promise<void> {
  const response = await fetch(ways.address + path, { method: "POST", headers: { "content-type": type }, body: new Uint8Array(body) });
  if (response.status > 202) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  const answer = Buffer.from(await response.arrayBuffer());
  // In Protobuf nothing is what says that nothing was left out.
  const isWhole = type === "application/x-protobuf" ? answer.length === 0 : !/"(?:rejected|late|padding)":[1-9]/.test(String(answer));
  if (!isWhole) throw new Error(`${path}: not all is taken: ${answer}`);
}

/** Runs `send` until as many as asked have gone, each time over. */
async function measure(way: string, atOnce: number, send: () => Promise<unknown>): Promise<void> {
  const rounds = Math.max(1, Math.round(count / atOnce));
  await send();
  for (let rep = 0; rep < Number(values.reps); rep += 1) {
    const from = performance.now();
    for (let round = 0; round < rounds; round += 1) await send();
    const seconds = (performance.now() - from) / 1_000;
    const figures = {
      way,
      events: rounds * atOnce,
      seconds: Number(seconds.toFixed(2)),
      perSecond: Math.round((rounds * atOnce) / seconds),
    };
    process.stdout.write(`${JSON.stringify({ ...figures, load: Number((loadavg()[0] ?? 0).toFixed(1)), cores: cpus().length })}\n`);
  }
}

async function serving(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

const lines = (many: number, line: (n: number) => object): Buffer =>
  Buffer.from(Array.from({ length: many }, (_, n) => `${JSON.stringify(line(n))}\n`).join(""));
const labels = (n: number) => ({ model_name: "m", engine: String(n % 16), instance: `10.0.0.${n % 250}:8000` });

const now = Date.now() * 1_000;
const events = lines(count, (n) => ({ ts: now - 60_000_000 + n, name: `metric_${n % 100}`, value: n % 977, labels: labels(n) }));
await measure("events, JSON Lines", count, () => post("/api/v1/events/moe.metric", "application/x-ndjson", events));

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const dataPoints = Array.from({ length: points }, (_, n) => ({
  ...{ timeUnixNano: String((now - 60_000_000) * 1_000), asDouble: n / points },
  attributes: [text("model", "m"), text("series", String(n))],
}));
const metrics = Array.from({ length: 8 }, (_, n) => ({
  name: `kv.usage.${n}`,
  gauge: { dataPoints: dataPoints.slice((n * points) / 8, ((n + 1) * points) / 8) },
}));
const resource = { attributes: [text("service.name", "chat"), text("service.instance.id", "i-0")] };
const otlp = encodeMessage("Request", { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
await measure("OTLP, Protobuf", points, () => post("/v1/metrics", "application/x-protobuf", otlp));

const page = Array.from({ length: series }, (_, n) => `vllm:metric_${n >> 4}{model_name="m",engine="${n % 16}"} ${n / 7}\n`).join("");
const exporter = await serving((_, response) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(page));
const asked = { targets: [], deploymentId: "d", intervalMs: 1_000, timeoutMs: 30_000, maxSeries: 5_000 };
const scrape = new Scrape(targetOf(`vllm=${exporter.url}`), asked, intake, note);
await measure("scrape", series, () => scrape.once());
exporter.close();

let second = 0;
const tokens = () => {
  second += 60;
  return lines(count, (n) => ({
    ...{
      layer: n % 24,
      experts: [n % 64, (n + 7) % 64, (n + 19) % 64, (n + 31) % 64],
      ts: now - 86_400_000_000 + second * 1_000_000 + n * 300,
    },
  }));
};
const bodies = Array.from({ length: Number(values.reps) + 1 }, tokens);
await measure("tokens", count, () =>
  post("/api/v1/routing/tokens?numExperts=64&topK=4", "application/x-ndjson", bodies.shift() ?? Buffer.alloc(0)),
);

await ways.stop();
await intake.close();
await log.close();
await kafka.stop();
await rm(dir, { recursive: true, force: true });
