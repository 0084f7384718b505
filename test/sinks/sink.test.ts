import { afterAll, describe, expect, it } from "vitest";
import type { SinkTable } from "../../infra/clickhouse/sink-table.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { topics } from "../../schemas/topics/index.ts";
import { until } from "../lanes/harness.ts";
import { realClickHouse } from "../parts/clickhouse.ts";
import { SinkRig, windows } from "./rig.ts";

const real = await realClickHouse();

describe.skipIf(real === undefined)("a sink", { timeout: 60_000 }, () => {
  if (real === undefined) return;
  afterAll(() => real.client.close());
  const rigged = async () => {
    const rig = new SinkRig(real.client, real.ownDatabase());
    await rig.ensure();
    return rig;
  };

  it("brings every record into its table once, blocks split by month", async () => {
    const rig = await rigged();
    const months = new Set<number>();
    const { stop } = await rig.worker({
      between: (table) => ({
        ...table,
        async insert(rows, signal, burnt) {
          expect(new Set(rows.map(({ month }) => month)).size).toBe(1);
          months.add(rows[0]?.month ?? 0);
          await table.insert(rows, signal, burnt);
        },
      }),
    });
    for (let i = 0; i < 5; i += 1) {
      rig.produce(topics.window, 0, windows(i * 100, 100));
      rig.produce(topics.window, 1, windows(100_000 + i * 100, 70));
    }
    await until("the sinks have settled", () => rig.settled(topics.window));
    expect(await rig.rows()).toEqual(await rig.expected());
    expect(await rig.query("SELECT count() AS rows, uniqExact(_partition, _offset) AS places FROM `window`")).toEqual([
      { rows: 850, places: 850 },
    ]);
    expect([...months].sort()).toEqual([202510, 202511, 202512]);
    await stop();
    await rig.close();
  });

  it("closes the block under way when it stops, so that the next start has nothing in doubt", async () => {
    const rig = await rigged();
    const first = await rig.worker();
    rig.produce(topics.window, 0, windows(0, 300));
    await until("some rows are there", async () => (await rig.rows()).length > 0);
    await first.stop();
    const [position] = await rig.port.admin.positions("g.sinks.gatewatch.window", [{ topic: topics.window.name, partition: 0 }]);
    expect(position?.metadata).toBe("b1;");
    let asked = 0;
    const second = await rig.worker({
      between: (table) => ({
        ...table,
        held: (...args) => {
          asked += 1;
          return table.held(...args);
        },
      }),
    });
    await until("the sinks have settled", () => rig.settled(topics.window));
    expect(await rig.rows()).toEqual(await rig.expected());
    expect(asked).toBe(0);
    await second.stop();
    await rig.close();
  });

  it("waits while ClickHouse is away, says so, reads no further than its buffer, and goes on by itself", async () => {
    const rig = await rigged();
    let away = true;
    let tried = 0;
    const between = (table: SinkTable): SinkTable => ({
      ...table,
      async insert(rows, signal, burnt) {
        tried += 1;
        if (away) throw new Fault("GW_CLICKHOUSE_UNREACHABLE", "nobody listens");
        await table.insert(rows, signal, burnt);
      },
    });
    const { worker, stop } = await rig.worker({ between, only: [topics.window] });
    rig.produce(topics.window, 0, windows(0, 2_000));
    await until("several attempts have failed", () => tried >= 3);
    const [lane] = worker.lanes();
    expect(worker.status()).toMatchObject({ ready: false });
    expect(worker.status().reasons.join()).toContain("nobody listens");
    expect(lane?.status).toBe("live");
    expect(lane?.stalledMs).toBe(0);
    expect(lane?.taps[0]?.full).toBe(true);
    away = false;
    await until("the sinks have settled", () => rig.settled(topics.window));
    expect(worker.status().ready).toBe(true);
    expect(await rig.rows()).toEqual(await rig.expected());
    await stop();
    await rig.close();
  });

  it("can be stopped while ClickHouse is away, and leaves the block to its successor", async () => {
    const rig = await rigged();
    let tried = 0;
    const away = (table: SinkTable): SinkTable => ({
      ...table,
      async insert() {
        tried += 1;
        throw new Fault("GW_CLICKHOUSE_UNREACHABLE", "nobody listens");
      },
    });
    const first = await rig.worker({ between: away, only: [topics.window], settings: { retryMinMs: 20_000, retryMaxMs: 20_000 } });
    rig.produce(topics.window, 0, windows(0, 100));
    await until("it waits", () => tried > 0);
    const began = performance.now();
    await first.stop();
    expect(performance.now() - began).toBeLessThan(3_000);
    const second = await rig.worker();
    await until("the sinks have settled", () => rig.settled(topics.window));
    expect(await rig.rows()).toEqual(await rig.expected());
    await second.stop();
    await rig.close();
  });

  it("halts on a missing table and says which", async () => {
    const rig = await rigged();
    const { worker, stop } = await rig.worker({ only: [topics.window] });
    await real.client.command({ query: `DROP TABLE ${rig.database}.window SYNC` });
    rig.produce(topics.window, 0, windows(0, 10));
    await until("the lane is halted", () => worker.status().parts.some(({ halted }) => halted.length > 0));
    expect(worker.status().reasons.join()).toContain("GW_CLICKHOUSE_REFUSED");
    await stop();
    await rig.close();
  });

  it("sends what no table takes to the dead letters once, and those into their own table", async () => {
    const rig = await rigged();
    await real.client.command({ query: `ALTER TABLE ${rig.database}.window ADD CONSTRAINT layers CHECK layer < 100` });
    const bad = windows(1_000, 3).map((window) => ({ ...window, layer: 500 }));
    const late = windows(2_000, 1).map((window) => ({ ...window, ts: 5_000_000 }));
    rig.bytes(topics.window, 0, Buffer.from("no wire format"));
    rig.produce(topics.window, 0, [...windows(0, 60), ...bad, ...windows(60, 60), ...late]);
    rig.bytes(topics.window, 0, null);
    const { stop } = await rig.worker();
    await until("the sinks have settled", async () => (await rig.settled(topics.window)) && (await rig.settled(topics.dlq)));
    expect((await rig.rows()).length).toBe(120);
    const letters = await rig.records(topics.dlq);
    expect(letters.length).toBe(6);
    expect(letters.map(({ headers }) => String(headers["dlq.code"])).sort()).toEqual([
      "GW_DECODE_FRAMING",
      "GW_RECORD_NULL",
      "GW_RECORD_TIME",
      "GW_ROW_REFUSED",
      "GW_ROW_REFUSED",
      "GW_ROW_REFUSED",
    ]);
    const rows = await rig.query(
      "SELECT code, stage, origin.topic AS topic, origin.offset AS offset, base64Decode(valueBase64) AS value, headers FROM dlq ORDER BY offset",
    );
    expect(rows[0]).toEqual({
      code: "GW_DECODE_FRAMING",
      stage: "decode",
      topic: "gatewatch.window",
      offset: 0,
      value: "no wire format",
      headers: [{ name: "trace", valueBase64: "dA==" }],
    });
    expect(rows.length).toBe(6);
    expect(rows.at(-1)).toMatchObject({ code: "GW_RECORD_NULL", value: null });
    await stop();
    await rig.close();
  });

  it("does not double what a table holds already when its group has no position", async () => {
    const rig = await rigged();
    const first = await rig.worker();
    rig.produce(topics.window, 0, windows(0, 500));
    await until("the sinks have settled", () => rig.settled(topics.window));
    await first.stop();
    // As if the group's offsets had expired: another group reads the same topic from its beginning into the same table.
    const second = await rig.worker({ group: "h", settings: { blockRows: 77 } });
    rig.produce(topics.window, 0, windows(500, 100));
    await until("the other group's sinks have settled", () => rig.settled(topics.window, "h"));
    expect(await rig.rows()).toEqual(await rig.expected());
    await second.stop();
    await rig.close();
  });
});
