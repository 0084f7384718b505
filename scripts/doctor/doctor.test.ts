import { describe, expect, it } from "vitest";
import type { Machine } from "../../infra/local-stack/machine.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { check } from "./check.ts";
import { diskCheck, machineChecks, nodeCheck } from "./machine-checks.ts";

const has = { found: true, detail: "there" };
const lacks = { found: false, detail: "not there" };
const full: Machine = { java: has, maven: has, chdb: has, docker: lacks };
const failing = async (machine: Machine, configured = {}) =>
  (await machineChecks(machine, configured, "/")).filter(({ ok, needed }) => needed && !ok).map(({ name }) => name);

describe("doctor", () => {
  it("finds nothing wrong with a machine that has Java, Maven and chdb and no Docker", async () => {
    expect(await failing(full)).toEqual([]);
  });

  it("fails where only memory is left, and where ClickHouse is missing", async () => {
    expect(await failing({ ...full, java: lacks })).toEqual(["profile"]);
    expect(await failing({ ...full, chdb: lacks })).toEqual(["chdb"]);
  });

  it("wants none of it where all addresses are configured, and says which one is missing", async () => {
    const bare = { java: lacks, maven: lacks, chdb: lacks, docker: lacks };
    expect(await failing(bare, { kafka: "b:1", registry: "http://r", clickhouse: "http://c" })).toEqual([]);
    const checks = await machineChecks(full, { kafka: "b:1", clickhouse: "http://c" }, "/");
    expect(checks.find(({ name }) => name === "profile")).toMatchObject({
      ok: false,
      detail: expect.stringContaining("SCHEMA_REGISTRY_URL"),
    });
  });

  it("wants Node 24 and 2 GB", () => {
    expect([nodeCheck("24.1.0").ok, nodeCheck("20.19.0").ok]).toEqual([true, false]);
    expect([diskCheck("/x", 3e9).ok, diskCheck("/x", 1e9).ok]).toEqual([true, false]);
  });

  it("tells a fault with its remedy, and does not throw", async () => {
    const fault = new Fault("GW_KAFKA_UNREACHABLE", "nobody answers at b:1");
    expect(await check("Kafka", "b:1", true, () => Promise.reject(fault))).toMatchObject({
      ok: false,
      detail: "GW_KAFKA_UNREACHABLE: nobody answers at b:1. Start Kafka, or set KAFKA_BROKERS.",
    });
  });

  it("shows no password that an address carries", async () => {
    const refused = () => Promise.reject(new Error("cannot reach http://me:hush@c:1/"));
    expect(await check("ClickHouse", "http://me:hush@c:1/", true, refused)).toMatchObject({
      address: "http://c:1/",
      detail: "cannot reach http://c:1/",
    });
  });
});
