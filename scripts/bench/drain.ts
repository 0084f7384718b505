import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { max, median, min } from "simple-statistics";
import { openKafka } from "../../infra/kafka/kafkajs/open-kafka.ts";
import { startKafka } from "../../infra/local-stack/kafka.ts";
import { memoryCodec } from "../../infra/registry/memory-codec.ts";
import { openLog } from "../../infra/telemetry/log.ts";
import { topics } from "../../schemas/topics/index.ts";
import { routerLoad } from "../simulate/router-load.ts";
import type { Course, Lap } from "./contender.ts";

/**
 * How fast a worker drains a backlog, beside the bare kafkajs consumer on the same records of the same broker in the same run.
 *
 *     npx node scripts/bench/drain.ts --records 500000 --window-ms 1000 --reps 3
 *
 * Each contender is a process of its own, one after the other, all of them once a repetition. Broker, load and contenders share
 * the machine: compare ratios.
 */
const { values } = parseArgs({
  options: {
    records: { type: "string", default: "500000" },
    "window-ms": { type: "string", default: "1000" },
    reps: { type: "string", default: "3" },
  },
});
const records = Number(values.records);
const windowMs = Number(values["window-ms"]);
const partitions = 4;
const topic = "bench.moe.router";
const contenders = [
  ["kafkajs, bare", "bare-drain.ts"],
  ["kafkajs, bare + avsc", "bare-drain.ts", "decode"],
  ["lanes' shared fetch", "feed-drain.ts"],
  ["worker, router-windows", "worker-drain.ts"],
] as const;

const dir = await mkdtemp(join(tmpdir(), "gatewatch-bench-"));
const kafka = await startKafka({ dataDir: dir, port: 0, onProgress: note });
try {
  await fill(kafka.address);
  const laps = new Map<string, Lap[]>(contenders.map(([name]) => [name, []]));
  for (let rep = 0; rep < Number(values.reps); rep += 1) {
    for (const [name, program, ...more] of contenders) {
      const course = { brokers: [kafka.address], topic, partitions, records, run: `bench-${rep}-${program}-${more.join("")}` };
      const lap = await lapOf(program, course, more);
      note(`${name}: ${Math.round(lap.records / lap.seconds)}/s`);
      laps.get(name)?.push(lap);
    }
  }
  process.stdout.write(table(laps));
} finally {
  await kafka.stop();
  await rm(dir, { recursive: true, force: true });
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One key in order an instance; 16 instances of 12 layers with 64 experts. */
async function fill(broker: string): Promise<void> {
  const log = await openKafka({ brokers: [broker], clientId: "bench" }, openLog({ level: "silent", write: () => undefined }));
  await log.admin.createTopics([{ name: topic, partitions, settings: { "message.timestamp.type": "LogAppendTime" } }]);
  const codec = memoryCodec();
  await codec.register([topics.router]);
  const writer = await log.producer();
  const load = { seed: 42, deploymentId: "d", instances: 16, layers: 12, experts: 64, topK: 4, tokens: 1_000, windowMs };
  // As much history as the records fill, ending now: an event time may not lie far after the broker's.
  const windows = Math.ceil(records / (load.instances * load.layers));
  let sent = 0;
  for (const window of routerLoad(load, Date.now() - windows * windowMs)) {
    const batch = window.slice(0, records - sent).map((event) => {
      const value = topics.router.complete({ ...defaults(), ...event } as never);
      return { topic, key: Buffer.from(topics.router.key(value)), value: codec.encode(topics.router, value) };
    });
    await writer.send(batch);
    sent += batch.length;
    if (sent >= records) break;
  }
  note(`${sent} records in ${partitions} partitions`);
  await log.close();
}

function defaults(): object {
  const { fields } = topics.router.schema as { fields: { name: string; default?: unknown }[] };
  return Object.fromEntries(fields.filter((field) => "default" in field).map((field) => [field.name, field.default]));
}

function lapOf(program: string, course: Course, more: readonly string[]): Promise<Lap> {
  const flags = ["--disable-warning=TimeoutNegativeWarning", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, program), JSON.stringify(course), ...more], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code) => (code === 0 ? resolve(JSON.parse(said) as Lap) : reject(new Error(`${program} ended with ${code}`))));
  });
}

/** Medians, and the range where there were several laps. */
function table(laps: ReadonlyMap<string, Lap[]>): string {
  const bare = laps.get("kafkajs, bare") ?? [];
  const perSecond = (lap: Lap) => lap.records / lap.seconds;
  const perCpu = (lap: Lap) => lap.records / lap.cpuSeconds;
  const rows = [...laps].map(([name, some]) => {
    const share = median(some.map(perCpu)) / median(bare.map(perCpu));
    return `| ${name} | ${spread(some.map(perSecond))} | ${spread(some.map(perCpu))} | ${(100 * share).toFixed(0)} % | ${spread(some.map(({ rssMb }) => rssMb))} |`;
  });
  const head = `${records} records, windows of ${windowMs} ms, ${laps.values().next().value?.length} laps, ${cpus().length} cores, Node ${process.version}`;
  return `${head}\n| | records/s | records a CPU second | of the bare drain | RSS, MB |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
}

function spread(numbers: number[]): string {
  const whole = (n: number) => Math.round(n).toLocaleString("en");
  return numbers.length === 1 ? whole(median(numbers)) : `${whole(median(numbers))} (${whole(min(numbers))} to ${whole(max(numbers))})`;
}
