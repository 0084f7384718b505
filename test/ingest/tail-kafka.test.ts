import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Gatewatch, gatewatch } from "../commands/gatewatch.ts";
import { until } from "../lanes/harness.ts";
import { realKafka } from "../parts/kafka.ts";
import { realRegistry } from "../parts/registry.ts";

const [kafka, registry] = await Promise.all([realKafka(), realRegistry()]);

describe.skipIf(kafka === undefined || registry === undefined)("a log tailed into a real Kafka", () => {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-tail-kafka-"));
  const log = join(dir, "access.log");
  const environment = {
    KAFKA_BROKERS: kafka?.address,
    SCHEMA_REGISTRY_URL: registry?.address,
    GATEWATCH_NAMESPACE: `t${randomBytes(5).toString("hex")}`,
    GATEWATCH_DATA_DIR: join(dir, "data"),
  };
  const state = join(dir, "data", "ingest", environment.GATEWATCH_NAMESPACE);
  let running: Gatewatch;
  afterEach(() => running.kill());
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const start = async () => {
    running = new Gatewatch(["ingest", "--port", "0", "--tail", `nginx-combined=${log}`], environment);
    await running.says(/tailed as nginx-combined into moe.request/);
  };
  const line = (n: number) =>
    `198.51.100.7 - - [01/Jan/2026:08:00:${String(n % 60).padStart(2, "0")} +0000] "GET /n/${n} HTTP/1.1" 200 5 "-" "curl/8"\n`;
  const write = (from: number, to: number) => {
    for (let n = from; n < to; n += 100) appendFileSync(log, Array.from({ length: Math.min(100, to - n) }, (_, i) => line(n + i)).join(""));
  };
  const rows = async (argv: string[]) =>
    (await gatewatch(argv, environment)).out
      .split("\n")
      .filter((text) => text.startsWith("{"))
      .map((text) => JSON.parse(text));
  const requests = (): Promise<{ path: string; eventId: string }[]> => rows(["tail", "moe.request", "--from", "earliest", "--no-follow"]);

  it("loses no line to a kill and a rotation; what comes twice has the same id; a bad line is a dead letter", {
    timeout: 240_000,
  }, async () => {
    write(0, 20_000);
    await start();
    // Written after the first piece of eight.
    await until("the position is saved", () => existsSync(state) && readdirSync(state).length > 0, 60_000);
    await running.kill();
    appendFileSync(log, "half of a li");
    appendFileSync(log, line(99_999));
    renameSync(log, `${log}.1`);
    write(20_000, 30_000);
    await start();
    write(30_000, 32_000);
    await expect
      .poll(async () => new Set((await requests()).map(({ path }) => path)).size, { timeout: 90_000, interval: 1_000 })
      .toBe(32_000);
    const all = await requests();
    expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(32_000);
    const letters = await rows(["dlq", "list", "--json"]);
    expect(letters.length).toBeGreaterThan(0);
    expect(letters[0]).toMatchObject({
      code: "GW_RECORD_UNREADABLE",
      topic: `${environment.GATEWATCH_NAMESPACE}.moe.request`,
      stage: "tail",
    });
  });

  it("starts again where it stood after a stop", { timeout: 120_000 }, async () => {
    const before = (await requests()).length;
    await start();
    write(40_000, 40_100);
    await expect.poll(async () => (await requests()).length, { timeout: 60_000, interval: 300 }).toBe(before + 100);
    running.child.kill("SIGINT");
    expect(await running.ended()).toMatchObject({ code: 0 });
    await start();
    write(40_100, 40_200);
    await expect.poll(async () => (await requests()).length, { timeout: 60_000, interval: 300 }).toBe(before + 200);
  });
});
