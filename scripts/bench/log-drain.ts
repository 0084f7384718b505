import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { resolveSettings } from "../../infra/config/resolve.ts";
import { underNamespace } from "../../infra/config/settings.ts";
import type { Intake } from "../../infra/ingest/intake.ts";
import { logFormats } from "../../infra/ingest/logs/formats.ts";
import { startTail } from "../../infra/ingest/logs/tail-log.ts";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import { openRegistryCodec } from "../../infra/registry/registry-codec.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { pipelines } from "../../pipelines/index.ts";
import { openIntake } from "../ingest/open-intake.ts";

/**
 * How fast access logs come in: lines read, lines followed from a file, and lines followed into a Kafka.
 *
 *     KAFKA_BROKERS=127.0.0.1:9092 SCHEMA_REGISTRY_URL=http://127.0.0.1:8081/apis/ccompat/v7 npx node scripts/bench/log-drain.ts
 *
 * One line of JSON a figure; without KAFKA_BROKERS the last is left out. Lines are like those of a small site, each another.
 */
const { values } = parseArgs({ options: { lines: { type: "string", default: "200000" } } });
const count = Number(values.lines);
const dir = mkdtempSync(join(tmpdir(), "gatewatch-log-drain-"));
const seconds = (from: number): number => (performance.now() - from) / 1_000;
const show = (what: string, format: string, took: number): boolean =>
  process.stdout.write(
    `${JSON.stringify({ what, format, lines: count, seconds: Number(took.toFixed(2)), linesPerSecond: Math.round(count / took) })}\n`,
  );

const clock = (n: number): string => new Date(Date.now() - 60_000 - (n % 1_000)).toISOString();
const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36";
const makers: Readonly<Record<string, (n: number) => string>> = {
  "nginx-combined": (n) =>
    `198.51.100.${n % 250} - - [01/Jan/2026:08:00:${String(n % 60).padStart(2, "0")} +0000] "POST /v1/chat/completions?n=${n} HTTP/1.1" 200 5120 "https://example.org/" "${agent}"`,
  "nginx-json": (n) =>
    JSON.stringify({
      ...{ time: clock(n), request_id: n.toString(16).padStart(32, "0"), remote_addr: `198.51.100.${n % 250}`, user_agent: agent },
      ...{ request: `POST /v1/chat/completions?n=${n} HTTP/1.1`, status: "200", request_time: "1.217", upstream_addr: "10.0.0.3:8000" },
      ...{ host: "api.example.org", referer: "", x_forwarded_for: "", content_type: "application/json", upstream_response_time: "1.2" },
    }),
  "envoy-text": (n) =>
    `[${clock(n)}] "POST /v1/chat/completions?n=${n} HTTP/1.1" 200 - 154 3101 1217 1200 "198.51.100.7" "${agent}" "${n}" "api.example.org" "10.0.0.3:8000"`,
};

/** Follows a file until the intake has had every line. */
async function followed(format: string, intake: Intake): Promise<number> {
  const form = logFormats.get(format);
  if (form === undefined) throw new Error(format);
  let seen = 0;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const counting: Intake = {
    async take(topic, values) {
      const taken = await intake.take(topic, values);
      seen += taken.accepted;
      if (seen >= count) done();
      return taken;
    },
  };
  const refused = async (): Promise<never> => {
    throw new Error("a line was refused");
  };
  const from = performance.now();
  const options = { format: form, path: join(dir, `${format}.log`), stateDir: join(dir, String(from)), badLines: refused };
  const tail = await startTail(options, counting, (line) => process.stderr.write(`${line}\n`));
  await all;
  const took = seconds(from);
  await tail.stop();
  return took;
}

for (const [format, line] of Object.entries(makers)) {
  const lines = Array.from({ length: count }, (_, n) => line(n));
  writeFileSync(join(dir, `${format}.log`), `${lines.join("\n")}\n`);
  const from = performance.now();
  for (const [n, text] of lines.entries()) logFormats.get(format)?.read(text, { id: String(n), path: "/access.log", deploymentId: "chat" });
  show("read", format, seconds(from));
  show("followed", format, await followed(format, { take: async (_, taken) => ({ accepted: taken.length, faults: [] }) }));
}
const settings = resolveSettings({ pipelines, environment: { ...process.env, GATEWATCH_NAMESPACE: `bench${process.pid}` } });
if (settings.kafka.brokers.length > 0) {
  const silent = openLog({ level: "silent", write: () => undefined });
  const named = underNamespace(settings.namespace);
  const log = await openKafka({ brokers: settings.kafka.brokers, clientId: "bench" }, silent);
  const codec = openRegistryCodec({ url: settings.registry.url ?? "", named }, silent);
  const intake = openIntake({ log, codec, named }, settings);
  for (const format of Object.keys(makers)) show("followed into Kafka", format, await followed(format, intake));
  await intake.close();
  await log.close();
}
rmSync(dir, { recursive: true, force: true });
