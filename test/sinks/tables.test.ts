import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ensureTables } from "../../infra/clickhouse/ensure-tables.ts";
import { queryRows } from "../../infra/clickhouse/query.ts";
import { sunkTopics } from "../../infra/clickhouse/sinks.ts";
import { tableOf } from "../../schemas/clickhouse/table.ts";
import { shapeOf } from "../../schemas/shapes/shape.ts";
import { topics } from "../../schemas/topics/index.ts";
import { internalTopic } from "../../schemas/topics/internal.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { until } from "../lanes/harness.ts";
import { realClickHouse } from "../parts/clickhouse.ts";
import { anyRecord } from "../schemas/any-record.ts";
import { asRead } from "./as-read.ts";
import { SinkRig } from "./rig.ts";

const real = await realClickHouse();

/** A topic that grew: the same name and table, another schema. */
const topicWith = (fields: object[]): AnyTopic => ({
  ...(internalTopic<never>({ name: "gatewatch.grown", schema: { type: "record", name: "Grown", fields }, eventTime: null }) as AnyTopic),
  table: "grown",
});
const ts = { name: "ts", type: { type: "long", logicalType: "timestamp-micros" }, doc: "When." };
const entity = (...fields: string[]) => ({
  name: "entity",
  type: { type: "record", name: "Entity", fields: fields.map((name) => ({ name, type: "string", default: "" })) },
});
const narrow = topicWith([{ name: "id", type: "string" }, ts, { name: "n", type: "int" }, entity("id")]);
const wide = topicWith([
  { name: "id", type: "string" },
  ts,
  { name: "n", type: "long" },
  entity("id", "region"),
  { name: "extra", type: "double", default: 0 },
]);

describe.skipIf(real === undefined)("tables", { timeout: 60_000 }, () => {
  if (real === undefined) return;
  const { client } = real;
  afterAll(() => client.close());
  const rows = async (sql: string, database = "default"): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const row of queryRows(client, database, sql)) found.push(row);
    return found;
  };

  it("are asked without losing a digit", async () => {
    expect(await rows("SELECT toUInt64('18446744073709551615') AS n, 5 AS few, 0.1 AS x, '1e400' AS text")).toEqual([
      { n: 18_446_744_073_709_551_615n, few: 5, x: 0.1, text: "1e400" },
    ]);
  });

  it("are made for every topic that has one, with a comment on each column, and a second time nothing is to be done", async () => {
    const database = real.ownDatabase();
    const done = await ensureTables(client, database);
    expect(done.length).toBe(sunkTopics.length);
    expect(sunkTopics.map(({ name }) => name)).toContain("gatewatch.dlq");
    expect(await ensureTables(client, database)).toEqual([]);
    expect(
      await rows(
        "SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = '' AND table != '_migrations'",
        database,
      ),
    ).toEqual([]);
    const noted = (await rows("SELECT number, table FROM _migrations ORDER BY number", database)) as { number: number }[];
    expect(noted.map(({ number }) => number)).toEqual(done.map((_, i) => i + 1));
  });

  it("grow with their schema and keep their rows; an older release leaves them grown and still writes", async () => {
    const rig = new SinkRig(client, real.ownDatabase(), { partitions: 1, only: [narrow] });
    await rig.ensure();
    const first = await rig.worker();
    rig.produce(narrow, 0, [{ id: "a", ts: 1_700_000_000_000_000, n: 1, entity: { id: "e" } }]);
    await until("the sink has settled", () => rig.settled(narrow));
    const steps = await ensureTables(client, rig.database, [wide]);
    expect(steps.map((step) => /(ADD|MODIFY) COLUMN (IF NOT EXISTS )?\w+/.exec(step)?.[0])).toEqual([
      "MODIFY COLUMN n",
      "MODIFY COLUMN entity",
      "ADD COLUMN IF NOT EXISTS extra",
    ]);
    // The old release is still running.
    rig.produce(narrow, 0, [{ id: "b", ts: 1_700_000_000_000_000, n: 2, entity: { id: "f" } }]);
    await until("the sink has settled", () => rig.settled(narrow));
    await first.stop();
    expect(await ensureTables(client, rig.database, [narrow])).toEqual([]);
    expect(await rows("SELECT id, n, entity, extra FROM grown ORDER BY id", rig.database)).toEqual([
      { id: "a", n: 1, entity: { id: "e", region: "" }, extra: 0 },
      { id: "b", n: 2, entity: { id: "f", region: "" }, extra: 0 },
    ]);
    await rig.close();
  });

  it("are refused where a column cannot become what it should be", async () => {
    const database = real.ownDatabase();
    await ensureTables(client, database, [narrow]);
    const other = topicWith([{ name: "id", type: "string" }, ts, { name: "n", type: "string" }, entity("id")]);
    await expect(ensureTables(client, database, [other])).rejects.toMatchObject({
      code: "GW_CLICKHOUSE_REFUSED",
      message: expect.stringContaining("grown.n"),
    });
  });

  it("are refused where they would take an insert twice", async () => {
    const database = real.ownDatabase();
    await ensureTables(client, database, [topics.window]);
    await client.command({ query: `ALTER TABLE ${database}.window MODIFY SETTING non_replicated_deduplication_window = 0` });
    await expect(ensureTables(client, database, [topics.window])).rejects.toMatchObject({ code: "GW_CLICKHOUSE_NO_DEDUP" });
    await client.command({ query: `DROP TABLE ${database}.window SYNC` });
    await client.command({ query: `CREATE TABLE ${database}.window (id String) ENGINE = Memory` });
    await expect(ensureTables(client, database, [topics.window])).rejects.toMatchObject({ code: "GW_CLICKHOUSE_NO_DEDUP" });
  });

  it.for(sunkTopics.filter(({ schema }) => schema !== null).map((topic) => [topic.name, topic] as const))(
    "hold any record of %s as it was written",
    async ([, topic]) => {
      const rig = new SinkRig(client, real.ownDatabase(), { partitions: 1, only: [topic] });
      await rig.ensure();
      const made = fc
        .sample(anyRecord(topic), { numRuns: 60, seed: 5 })
        .map((record, i) => topic.complete({ ...record, ts: 1_700_000_000_000_000 + i }) as typeof record);
      rig.produce(topic, 0, made);
      const { stop } = await rig.worker();
      await until("the sink has settled", () => rig.settled(topic));
      const table = tableOf(topic)?.name;
      const found = (await rows(
        `SELECT * EXCEPT (_topic, _partition, _offset, _timestamp) FROM \`${table}\` ORDER BY _offset`,
        rig.database,
      )) as object[];
      expect(await rig.records(topics.dlq)).toEqual([]);
      expect(found).toEqual(made.map((record) => asRead(shapeOf(topic.schema as object), record)));
      await stop();
      await rig.close();
    },
  );

  it("say what is wrong with a query", async () => {
    await expect(rows("SELECT nothing FROM nowhere")).rejects.toMatchObject({
      code: "GW_CLICKHOUSE_REFUSED",
      message: expect.stringContaining("nowhere"),
    });
  });
});
