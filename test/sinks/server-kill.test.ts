import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openClickHouse } from "../../infra/clickhouse/client.ts";
import { startClickHouse } from "../../infra/local-stack/clickhouse.ts";
import { clickHouseLibrary } from "../../infra/local-stack/clickhouse-library.ts";
import { anyFreePort } from "../../infra/local-stack/ports.ts";
import { topics } from "../../schemas/topics/index.ts";
import { until } from "../lanes/harness.ts";
import { SinkRig, windows } from "./rig.ts";

/** Of its own, since it is killed. */
const engine = (() => {
  try {
    return clickHouseLibrary();
  } catch {
    return undefined;
  }
})();

describe.skipIf(engine === undefined)("a sink whose ClickHouse is killed", { timeout: 120_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-ch-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("has every row once after SIGKILLs of the server under load", async () => {
    const port = await anyFreePort();
    let part = await startClickHouse({ dataDir: dir, port });
    const client = openClickHouse({ url: part.address, user: part.user, password: part.password });
    const rig = new SinkRig(client, "gatewatch");
    await rig.ensure();
    const flights = new Set<{ failed: boolean }>();
    const { worker, stop } = await rig.worker({
      between: (table) => ({
        ...table,
        async insert(rows, signal, burnt) {
          const flight = { failed: true };
          flights.add(flight);
          try {
            await table.insert(rows, signal, burnt);
            flight.failed = false;
          } finally {
            flights.delete(flight);
          }
        },
      }),
    });
    let inside = 0;
    let made = 0;
    for (let kills = 0; kills < 5; kills += 1) {
      await until("an insert is under way", () => {
        rig.produce(topics.window, made % 2, windows(made, 50));
        made += 50;
        return flights.size > 0;
      });
      const struck = [...flights];
      process.kill(part.pid, "SIGKILL");
      await until("the sinks say that they wait", () => !worker.status().ready);
      inside += struck.some(({ failed }) => failed) ? 1 : 0;
      await part.stop();
      part = await startClickHouse({ dataDir: dir, port });
    }
    await until("the sinks have settled", () => rig.settled(topics.window), 60_000);
    expect(inside, "kills that an insert did not survive").toBeGreaterThan(0);
    expect(await rig.rows()).toEqual(await rig.expected());
    await stop();
    await rig.close();
    await client.close();
    await part.stop();
  });
});
