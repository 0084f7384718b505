import type { ClickHouseClient } from "../../infra/clickhouse/client.ts";
import { ensureTables } from "../../infra/clickhouse/ensure-tables.ts";
import type { SinkSettings } from "../../infra/clickhouse/settings.ts";
import type { SinkTable } from "../../infra/clickhouse/sink-table.ts";
import { sinksToRun } from "../../infra/clickhouse/sinks.ts";
import { MemoryLog } from "../../infra/kafka/memory/log.ts";
import { Worker } from "../../infra/lanes/worker.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { RoutingWindow } from "../../schemas/types/avro.ts";
import { testSettings } from "../lanes/harness.ts";
import { plainCodec } from "../lanes/plain-codec.ts";

const quickSinks: Partial<SinkSettings> = { blockRows: 120, blockMs: 5, quietMs: 50, retryMinMs: 5, retryMaxMs: 50 };

const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent } as never;
const meter = { event: silent, restored: silent, gap: silent, committed: silent };

/** A memory log with output topics, and workers that bring them into a database of the real ClickHouse. */
export class SinkRig {
  readonly log = new MemoryLog();
  readonly port = this.log.connect();
  readonly database: string;
  readonly partitions: number;
  readonly topics: readonly AnyTopic[];
  client: ClickHouseClient;

  constructor(
    client: ClickHouseClient,
    database: string,
    { partitions = 2, only = [topics.window, topics.dlq] as readonly AnyTopic[] } = {},
  ) {
    this.client = client;
    this.database = database;
    this.partitions = partitions;
    this.topics = only;
    for (const { name } of [...only, topics.dlq]) this.log.create({ name, partitions, settings: { "max.message.bytes": "9000000" } });
  }

  ensure(): Promise<string[]> {
    return ensureTables(this.client, this.database, this.topics);
  }

  async worker({ settings = {}, between, only = this.topics, group = "g" }: WorkerOptions = {}): Promise<RiggedWorker> {
    const port = this.log.connect();
    const sinks = sinksToRun({
      group,
      client: this.client,
      database: this.database,
      named: (topic) => topic,
      settings: { ...quickSinks, ...settings },
      only,
      between,
    });
    const worker = await Worker.start({
      log: port,
      codec: plainCodec,
      meter,
      logger,
      group,
      named: (topic) => topic,
      parts: [],
      sinks,
      settings: testSettings,
      lost: silent,
    });
    return {
      worker,
      stop: () => worker.stop().then(() => port.close()),
      /** As SIGKILL would: nothing is finished; what was sent to ClickHouse may still arrive. */
      async kill() {
        for (const lane of worker.lanes()) lane.drop();
        await worker.stop(0);
        await port.close();
      },
    };
  }

  produce(topic: AnyTopic, partition: number, values: readonly unknown[]): void {
    this.log.append(
      values.map((value) => ({ topic: topic.name, partition, key: Buffer.from("k"), value: plainCodec.encode(topic, value) })),
    );
  }

  bytes(topic: AnyTopic, partition: number, value: Buffer | null): void {
    this.log.append([{ topic: topic.name, partition, key: Buffer.from("k"), value, headers: { trace: Buffer.from("t") } }]);
  }

  /** Every committed record of a topic, with where it stands. */
  async records(topic: AnyTopic): Promise<(LogRecord & { partition: number })[]> {
    const all: (LogRecord & { partition: number })[] = [];
    for (let partition = 0; partition < this.partitions; partition += 1) {
      const { records } = await this.port.fetch({ topic: topic.name, partition }, 0, { maxBytes: Number.POSITIVE_INFINITY });
      all.push(...records.map((record) => ({ ...record, partition })));
    }
    return all;
  }

  /** Whether the sinks have committed everything and have no block under way. */
  async settled(topic: AnyTopic, group = "g"): Promise<boolean> {
    for (let partition = 0; partition < this.partitions; partition += 1) {
      const place = { topic: topic.name, partition };
      const [position] = await this.port.admin.positions(`${group}.sinks.${topic.name}`, [place]);
      const [range] = await this.port.admin.range([place]);
      const end = range?.end ?? 0;
      if (end > (range?.earliest ?? 0) && (position?.offset !== end || position.metadata !== "b1;")) return false;
    }
    return true;
  }

  close(): Promise<void> {
    return this.port.close();
  }

  async query<R>(sql: string): Promise<R[]> {
    const result = await this.client.query({
      query: sql,
      format: "JSONEachRow",
      http_headers: { "x-clickhouse-database": this.database },
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    return result.json<R>();
  }

  /** `partition/offset/id` of every row, sorted; a doubled row stands twice. */
  async rows(table = "window"): Promise<string[]> {
    const rows = await this.query<{ row: string }>(
      `SELECT concat(toString(_partition), '/', toString(_offset), '/', id) AS row FROM \`${table}\``,
    );
    return rows.map(({ row }) => row).sort();
  }

  /** The same of the records that were produced. */
  async expected(topic: AnyTopic = topics.window): Promise<string[]> {
    const records = await this.records(topic);
    return records
      .flatMap(({ partition, offset, value }) => {
        const id = idOf(topic, value);
        return id === undefined ? [] : [`${partition}/${offset}/${id}`];
      })
      .sort();
  }
}

export interface WorkerOptions {
  readonly settings?: Partial<SinkSettings>;
  readonly between?: (table: SinkTable) => SinkTable;
  readonly only?: readonly AnyTopic[];
  readonly group?: string;
}

export interface RiggedWorker {
  readonly worker: Worker;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

function idOf(topic: AnyTopic, value: Buffer | null): string | undefined {
  try {
    return (plainCodec.decode(topic, { value } as LogRecord) as { id: string }).id;
  } catch {
    return undefined;
  }
}

const micros = (iso: string): number => Date.parse(iso) * 1_000;

/** Windows whose event times lie in the months named, in turn: a block of them falls into as many table partitions. */
export function windows(from: number, count: number, months = ["2025-10-05", "2025-11-05", "2025-12-05"]): RoutingWindow[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const windowStart = micros(`${months[n % months.length]}T00:00:00Z`) + n * 10_000_000;
    return {
      id: `window-${n}`,
      ts: windowStart + 10_000_000,
      pipeline: "router-windows",
      clusterId: "",
      deploymentId: "d",
      entity: { type: "layer", id: "i-0" },
      sources: [{ topic: "moe.router", partition: 0, offset: n }],
      modelVersion: "",
      windowStart,
      windowEnd: windowStart + 10_000_000,
      layer: n % 4,
      instanceId: "i-0",
      records: 1,
      tokens: 100,
      imbalanceMean: 1.5,
      imbalanceMax: 2,
      entropyMean: 0.9,
      entropyMin: 0.8,
      droppedTokens: 0,
      expertCounts: [n, 1, 2, 3],
    };
  });
}
