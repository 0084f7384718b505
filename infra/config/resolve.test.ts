// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how the configuration names secrets.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { pipeline } from "../../operators/stream/pipeline.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { sinkDefaults } from "../clickhouse/settings.ts";
import { resolveSettings, type SettingsSources } from "./resolve.ts";

const options = z.object({
  windowS: z.int().positive().default(10).describe("length of a window, in seconds"),
  horizonsS: z.array(z.int().positive()).default([60]).describe("horizons, in seconds"),
});
const pipelines = [pipeline("load-windows", { summary: "", latenessS: 5, options }, () => [])];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gatewatch-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, "gatewatch.yaml");
  writeFileSync(path, text);
  return path;
}

const resolve = (sources: Partial<SettingsSources>) => resolveSettings({ pipelines, environment: {}, ...sources });

function faultsOf(sources: Partial<SettingsSources>): readonly string[] {
  try {
    resolve(sources);
  } catch (error) {
    if (error instanceof Fault && error.code === "GW_CONFIG_INVALID") return error.context.faults as string[];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("settings", () => {
  it("are complete without any source", () => {
    const { namespace, group, lane, sinks, kafka, http, pipelines: own } = resolve({});
    expect({ namespace, group, brokers: kafka.brokers, port: http.port }).toEqual({
      namespace: "",
      group: "gatewatch",
      brokers: [],
      port: 0,
    });
    expect(lane).toEqual({
      lingerMs: 100,
      quietLingerMs: 1_000,
      quietMs: 5_000,
      maxBatchRecords: 5_000,
      checkpointIntervalMs: 30_000,
      replayBudgetMs: 2_000,
      maxAheadMs: 3_600_000,
      idleMs: 1_000,
      idleHoldsMs: 5_000,
      onGap: "halt",
      stallMs: 30_000,
      from: "earliest",
      recordRuns: false,
      sessionTimeoutMs: 10_000,
      heartbeatMs: 1_000,
      rebalanceTimeoutMs: 30_000,
    });
    expect(sinks).toEqual(sinkDefaults);
    expect(own).toEqual({ "load-windows": { windowS: 10, horizonsS: [60], latenessS: 5 } });
  });

  it("let the command line stand over the environment, and that over the file", () => {
    const path = file("kafka:\n  brokers: one:1\n  clientId: from-file\ngroup: from-file\nlane:\n  lingerMs: 7\n");
    const settings = resolve({
      file: path,
      environment: { KAFKA_BROKERS: "two:2, three:3", GATEWATCH_GROUP: "from-environment" },
      set: ["group=from-set"],
    });
    expect(settings.kafka).toMatchObject({ brokers: ["two:2", "three:3"], clientId: "from-file" });
    expect([settings.group, settings.lane.lingerMs]).toEqual(["from-set", 7]);
  });

  it("converts texts to what a key holds, lists by commas", () => {
    const { pipelines: own, kafka, lane } = resolve({ set: ["load-windows.horizonsS=60, 600", "kafka.ssl=true", "lane.recordRuns=false"] });
    expect(own["load-windows"]?.horizonsS).toEqual([60, 600]);
    expect([kafka.ssl, lane.recordRuns]).toEqual([true, false]);
  });

  it("takes secrets from the environment and from files beside the configuration", () => {
    writeFileSync(join(folder, "password"), "hush\n");
    const path = file("clickhouse:\n  password: ${file:password}\nregistry:\n  username: u\n  password: a-${env:SECRET}-z\n");
    const { clickhouse, registry } = resolve({ file: path, environment: { SECRET: "s" } });
    expect([clickhouse.password, registry.password]).toEqual(["hush", "a-s-z"]);
  });

  it("says everything that is wrong at once, with its place and never with a value", () => {
    const path = file("lane:\n  linger: 5\n  stallMs: soon\nkafca:\n  brokers: x\nclickhouse:\n  password: ${env:NOT_THERE}\n");
    const faults = faultsOf({
      file: path,
      environment: { KAFKA_BROKERS: "nowhere", SCHEMA_REGISTRY_URL: "secret" },
      set: ["windowS=5", "load-windows.windowS=hidden", "nonsense"],
    });
    expect(faults).toEqual([
      `${path} line 2: there is no key lane.linger; did you mean lane.lingerMs?`,
      `${path} line 4: there is no key kafca; did you mean kafka?`,
      `${path} line 7: clickhouse.password: the environment has no NOT_THERE`,
      "--set windowS: there is no key windowS; did you mean load-windows.windowS?",
      "--set nonsense: key=value is wanted",
      "--set nonsense: there is no key nonsense",
      "environment KAFKA_BROKERS: kafka.brokers.0: host:port is wanted",
      "environment SCHEMA_REGISTRY_URL: registry.url: an address such as http://host:port is wanted",
      `${path} line 3: lane.stallMs: a number is wanted`,
      "--set load-windows.windowS: load-windows.windowS: a number is wanted",
    ]);
    expect(faults.join("\n")).not.toMatch(/hidden|secret|nowhere/);
  });

  it("refuses what is right by itself and not together", () => {
    expect(faultsOf({ set: ["lane.sessionTimeoutMs=2000", "kafka.saslMechanism=plain", "sinks.retryMinMs=9000"] })).toEqual([
      "sinks.retryMinMs: at most sinks.retryMaxMs is wanted",
      "lane.heartbeatMs: at most a third of lane.sessionTimeoutMs is wanted",
      "kafka.saslMechanism: kafka.saslUsername and kafka.saslPassword are wanted with it",
    ]);
  });

  it("refuses to hash tenants without a key that could not be tried out", () => {
    const fault = "ingest.tailTenant: its hashes need a privacy.hashKey of at least 16 characters; anyone could undo them otherwise";
    for (const tenant of ["user", "host"]) expect(faultsOf({ set: [`ingest.tailTenant=${tenant}`] })).toEqual([fault]);
    expect(faultsOf({ set: ["ingest.tailTenant=host", "privacy.hashKey=short"] })).toEqual([fault]);
    expect(resolve({ set: ["ingest.tailTenant=host", "privacy.hashKey=0123456789abcdef"] }).ingest.tailTenant).toBe("host");
  });

  it("names the line of a file that is no YAML, and a file that is not there", () => {
    expect(faultsOf({ file: file("lane:\n  a: 1\n b: x\n") })[0]).toMatch(/gatewatch\.yaml line 3: /);
    expect(faultsOf({ file: join(folder, "none.yaml") })).toEqual([`${join(folder, "none.yaml")}: cannot be read (ENOENT)`]);
    expect(faultsOf({ file: file("- a\n") })[0]).toMatch(/sections with keys are wanted/);
  });

  it("does not take what every object has for a key", () => {
    expect(faultsOf({ file: file("constructor: 1\n__proto__:\n  group: x\n") })).toHaveLength(2);
  });
});
