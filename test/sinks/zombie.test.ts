import { afterAll, describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import { until } from "../lanes/harness.ts";
import { realClickHouse } from "../parts/clickhouse.ts";
import { SinkRig, windows } from "./rig.ts";

const real = await realClickHouse();

/**
 * An owner is stuck on its way to ClickHouse. Its successor recovers the same block, finds nothing in the table and inserts
 * it; then the old insert arrives after all. The question cannot help here, only the token does.
 */
describe.skipIf(real === undefined)("an insert of an owner that was replaced", { timeout: 60_000 }, () => {
  if (real === undefined) return;
  afterAll(() => real.client.close());

  const story = async (remembers: boolean) => {
    const rig = new SinkRig(real.client, real.ownDatabase());
    await rig.ensure();
    if (!remembers)
      await real.client.command({ query: `ALTER TABLE ${rig.database}.window MODIFY SETTING non_replicated_deduplication_window = 0` });
    rig.produce(topics.window, 0, windows(0, 60));
    const stuck: (() => Promise<void>)[] = [];
    const old = await rig.worker({
      between: (table) => ({
        ...table,
        insert: (rows, _signal, burnt) => {
          stuck.push(() => table.insert(rows, new AbortController().signal, burnt));
          return new Promise<void>(() => undefined);
        },
      }),
    });
    await until("the old owner is stuck in its insert", () => stuck.length > 0);
    const next = await rig.worker();
    await old.kill();
    await until("the new owner has settled", () => rig.settled(topics.window));
    const before = await rig.query("SELECT count() AS rows FROM `window`");
    for (const arrives of stuck) await arrives();
    const after = await rig.query("SELECT count() AS rows FROM `window`");
    await next.stop();
    await rig.close();
    return [before, after];
  };

  it("is known again and left out", async () => {
    expect(await story(true)).toEqual([[{ rows: 60 }], [{ rows: 60 }]]);
  });

  it("would double its rows if the table remembered no tokens: the test above can fail", async () => {
    expect(await story(false)).toEqual([[{ rows: 60 }], [{ rows: 80 }]]);
  });

  it("cannot begin another block: its transaction is fenced before", async () => {
    const rig = new SinkRig(real.client, real.ownDatabase());
    await rig.ensure();
    const gate = Promise.withResolvers<void>();
    let begun = 0;
    const old = await rig.worker({
      only: [topics.window],
      between: (table) => ({
        ...table,
        async insert(rows, signal, burnt) {
          begun += 1;
          await gate.promise;
          await table.insert(rows, signal, burnt);
        },
      }),
      settings: { blockRows: 30 },
    });
    const [lane] = old.worker.lanes();
    rig.produce(topics.window, lane?.taps[0]?.partition ?? 0, windows(0, 300, ["2025-11-05"]));
    await until("the old owner is inside its first block", () => begun === 1);
    // What a new owner does first; this one has not been told.
    await rig.port.fence(`g.sinks.${topics.window.name}.${lane?.taps[0]?.partition}`);
    let begunWhenOver = 0;
    const over = until("the old owner has noticed", () => {
      if (lane?.status !== "closed") return false;
      begunWhenOver = begun;
      return true;
    });
    gate.resolve();
    await over;
    expect(begunWhenOver).toBe(1);
    await old.kill();
    const next = await rig.worker();
    await until("the new owner has settled", () => rig.settled(topics.window));
    expect(await rig.rows()).toEqual(await rig.expected());
    await next.stop();
    await rig.close();
  });
});
