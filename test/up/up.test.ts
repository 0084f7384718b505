import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { StatusView } from "../../infra/http/status-view.ts";
import { lookAtMachine } from "../../infra/local-stack/machine.ts";
import { isFree } from "../../infra/local-stack/ports.ts";
import { readRunning } from "../../infra/local-stack/running.ts";
import { firstBlock } from "../docs/page-blocks.ts";
import { until } from "../lanes/harness.ts";
import { gatewatch, nothingLeft, processesOver, RunningUp, temporaryDir } from "./running-up.ts";

const machine = await lookAtMachine();
const canRun = machine.java.found && machine.maven.found && machine.chdb.found;
const data = temporaryDir();
afterAll(() => data.remove());

let running: RunningUp | undefined;
afterEach(async () => {
  await running?.kill();
  running = undefined;
});

const start = (...args: string[]): RunningUp => {
  running = new RunningUp(data.dir, args);
  return running;
};
/** Every port that it has said or, where nobody but the part needs it, written down. */
const portsOf = ({ output }: RunningUp): number[] => {
  const properties = readFileSync(join(data.dir, "kafka", "server.properties"), "utf8");
  return [...new Set([...`${output}\n${properties}`.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)))];
};
const taken = async (ports: readonly number[]): Promise<number[]> => {
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, i) => !free[i]);
};

/** What it says of itself up to its being ready, `name: …` a line, less what differs between two starts; which part is first, too. */
const introduction = (output: string): string[] =>
  [...output.slice(0, output.indexOf("Gatewatch is ready")).matchAll(/^[\w ]+: .*$/gm)]
    .map(([line]) => line.replace(/127\.0\.0\.1:\d+/, "127.0.0.1").replace(/\(.*\)/, ""))
    .sort();

const count = async (table: string): Promise<number> => {
  const { out } = await gatewatch(data.dir, "query", `SELECT count() AS n FROM ${table}`, "--json");
  return (JSON.parse(out) as { n: number }).n;
};

describe.skipIf(!canRun)("gatewatch up with real parts", () => {
  it("brings alerts to the topic and rows to ClickHouse, and leaves nothing after Ctrl-C", { timeout: 240_000 }, async () => {
    const up = start();
    await up.says(/^Gatewatch is ready in [\d.]+ s$/m);
    for (const part of ["Kafka", "registry", "ClickHouse", "worker 1", "ingest", "status page"])
      expect(up.output).toMatch(new RegExp(`^${part}: \\S*127\\.0\\.0\\.1:\\d+`, "m"));
    await up.says(/^injected: router-collapse on sim, /m, 30_000);
    expect(introduction(up.output)).toEqual(introduction(firstBlock("docs/guide/01-see-it-run.md", "text")));
    const [, title] = await up.says(/^alert \S+ \w+ router\.baseline sim: (.*)$/m, 30_000);
    await up.says(/^found: router-collapse on sim by router\.baseline after [\d.]+ s$/m, 30_000);

    const tail = await gatewatch(data.dir, "tail", "gatewatch.alert", "--from", "earliest", "--no-follow");
    expect(tail.out.split("\n").filter((line) => line.includes(JSON.stringify(title).slice(1, -1))).length).toBe(1);
    await until(
      "windows and alerts are in ClickHouse",
      async () => (await count("gatewatch.alert")) > 0 && (await count("gatewatch.window")) > 0,
      30_000,
    );

    const doctor = await gatewatch(data.dir, "doctor", "--json");
    const { parts } = JSON.parse(doctor.out) as { parts: { name: string; address: string; ok: boolean }[] };
    expect([doctor.code, ...["Kafka", "registry", "ClickHouse"].map((name) => parts.find((part) => part.name === name))]).toEqual([
      0,
      ...["Kafka", "registry", "ClickHouse"].map((name) =>
        expect.objectContaining({ name, ok: true, address: expect.stringMatching(/127\.0\.0\.1:\d+/) }),
      ),
    ]);

    const status = readRunning(data.dir)?.addresses.status ?? "";
    const view = async () => (await (await fetch(`${status}/api/v1/status`)).json()) as StatusView;
    await until("the page calls all of it healthy", async () => (await view()).health.state === "healthy", 30_000);
    const { alerts, pipelines } = await view();
    expect(alerts.length).toBeGreaterThan(0);
    expect(pipelines.map(({ name }) => name)).toEqual(expect.arrayContaining(["router-windows", "audit", "sinks"]));
    const rate = async () => (await view()).topics.find(({ name }) => name === "moe.router")?.perS ?? 0;
    await until("the page has seen router events come", async () => (await rate()) > 0, 30_000);
    await until("each alert has become a link of the chain", async () => (await count("gatewatch.audit")) > 0, 30_000);

    // As a part that hangs: its process is there and does not answer.
    const { pid } = JSON.parse(readFileSync(join(data.dir, "clickhouse", "clickhouse.pid"), "utf8")) as { pid: number };
    process.kill(pid, "SIGSTOP");
    const said = async (state: string) => (await view()).parts.find(({ name }) => name === "ClickHouse")?.state === state;
    await until("the page calls ClickHouse unhealthy", () => said("unhealthy"), 30_000);
    expect((await view()).health).toMatchObject({
      state: "unhealthy",
      reasons: expect.arrayContaining([expect.stringContaining("ClickHouse")]),
    });
    process.kill(pid, "SIGCONT");
    await until("the page calls ClickHouse healthy again", () => said("healthy"), 30_000);

    const second = new RunningUp(data.dir);
    expect(await second.ended()).toMatchObject({ code: 1, output: expect.stringContaining("GW_DATA_DIR_BUSY") });

    up.signal("SIGINT");
    expect((await up.ended()).code).toBe(0);
    await nothingLeft(data.dir);
    expect(existsSync(join(data.dir, "running.json"))).toBe(false);
    expect(await taken(portsOf(up))).toEqual([]);
  });

  it("leaves no child and no port behind when it is killed", { timeout: 240_000 }, async () => {
    const up = start("--workers", "2");
    await up.says(/^Gatewatch is ready/m);
    expect(statSync(join(data.dir, "clickhouse", "password")).mode & 0o077).toBe(0);
    const ports = portsOf(up);
    // Kafka's two, registry, ClickHouse, two workers, the ways in, the status page.
    expect(await taken(ports)).toHaveLength(8);
    up.signal("SIGKILL", "inner");
    await up.ended();
    await nothingLeft(data.dir);
    expect(await taken(ports)).toEqual([]);
    expect(readRunning(data.dir)).toBeUndefined();
  });

  it("goes on over the same data, says which part has ended and stops the rest", { timeout: 240_000 }, async () => {
    const up = start("--no-simulate");
    await up.says(/^Gatewatch is ready/m);
    expect(up.output).not.toContain("simulated load");
    expect(await count("gatewatch.alert")).toBeGreaterThan(0);
    const { pid } = JSON.parse(readFileSync(join(data.dir, "kafka", "kafka.pid"), "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    expect((await up.ended()).code).toBe(1);
    expect(up.output.match(/^\w+ has ended; see its log in .*logs/gm)).toEqual([expect.stringMatching(/^Kafka/)]);
    await nothingLeft(data.dir);
  });

  it("stops at once and leaves nothing when it is told to while it starts", { timeout: 120_000 }, async () => {
    const up = start();
    await up.says(/^Kafka: /m);
    up.signal("SIGTERM");
    expect(await up.ended()).toMatchObject({ code: 0, output: expect.not.stringContaining("is ready") });
    await nothingLeft(data.dir);
  });

  it("ends what it fetches with, when it is told to stop and when it is killed", { timeout: 60_000 }, async () => {
    const tools = join(data.dir, "tools");
    mkdirSync(tools, { recursive: true });
    writeFileSync(join(tools, "mvn"), '#!/bin/sh\n[ "$1" = --version ] || exec sleep 600\n', { mode: 0o755 });
    const environment = { PATH: `${tools}:${process.env.PATH}`, GATEWATCH_CACHE: join(data.dir, "cache") };
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      running = new RunningUp(data.dir, [], environment);
      await running.says(/fetching Apache Kafka/);
      await until("Maven runs", () => processesOver(join(data.dir, "cache")).length > 0);
      running.signal(signal, "inner");
      expect((await running.ended()).code).toBe(signal === "SIGINT" ? 0 : null);
      await nothingLeft(data.dir);
    }
  });

  it("leaves nothing where a worker cannot start, and says where to look", { timeout: 120_000 }, async () => {
    const up = start("--set", "kafka.partitions=4", "--set", "router-windows.windowS=0");
    expect(await up.ended()).toMatchObject({ code: 2, output: expect.stringContaining("GW_CONFIG_INVALID") });
    await nothingLeft(data.dir);
  });
});

describe("gatewatch up in memory", () => {
  it("raises alerts, says that nothing is kept, and refuses a port that is taken", { timeout: 60_000 }, async () => {
    const up = start("--profile", "memory");
    await up.says(/^profile: memory .*end with it/m);
    await up.says(/^alert .* router\.baseline sim: /m);
    const [, address = ""] = await up.says(/^ingest: (\S+)$/m);
    const sample = JSON.stringify({ ts: new Date().toISOString(), name: "kv_usage", value: 0.41 });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${address}/api/v1/events/moe.metric`, { method: "POST", body: sample, headers });
    expect([answer.status, await answer.json()]).toEqual([200, { accepted: 1, rejected: 0, faults: [] }]);
    const status = Number(new URL(readRunning(data.dir)?.addresses.status ?? "").port);
    const other = temporaryDir();
    const second = new RunningUp(other.dir, ["--profile", "memory", "--port", String(status)]);
    expect(await second.ended()).toMatchObject({ code: 1, output: expect.stringMatching(`GW_PORT_TAKEN.*${status}`) });
    other.remove();
    up.signal("SIGINT");
    expect((await up.ended()).code).toBe(0);
    await nothingLeft(data.dir);
  });

  it("ends when npm alone is told to, as service managers do it", { timeout: 60_000 }, async () => {
    const own = temporaryDir();
    running = new RunningUp(own.dir, ["--profile", "memory", "--no-simulate"], {}, ["npm", "start", "--"]);
    await running.says(/^Gatewatch is ready/m);
    running.signal("SIGTERM");
    await running.ended();
    await nothingLeft(own.dir);
    own.remove();
  });
});
