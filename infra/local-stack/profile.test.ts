import { describe, expect, it } from "vitest";
import type { Finding, Machine } from "./machine.ts";
import { type Configured, chooseProfile, type Profile } from "./profile.ts";

const has: Finding = { found: true, detail: "engine 28" };
const lacks = (detail: string): Finding => ({ found: false, detail });
const full: Machine = { java: { found: true, detail: "Java 21" }, maven: has, chdb: has, docker: has };
const noJava: Machine = { ...full, java: lacks("no Java") };
const bare: Machine = { ...noJava, docker: lacks("no engine") };
const nothing: Configured = {};
const all: Configured = { kafka: "b:9092", registry: "http://r", clickhouse: "http://c" };

describe("chooseProfile", () => {
  const cases: [string, Profile, Configured, Machine, string][] = [
    ["brokers that are configured", "auto", all, full, "external"],
    ["what the machine can run itself", "auto", nothing, full, "local"],
    ["containers where Java is missing", "auto", nothing, noJava, "docker"],
    ["memory where there is nothing else", "auto", nothing, bare, "memory"],
    ["what was asked for", "docker", all, full, "docker"],
    ["memory when asked for", "memory", nothing, full, "memory"],
  ];
  it.for(cases)("takes %s", ([, asked, configured, machine, profile]) => {
    expect(chooseProfile(asked, configured, machine).profile).toBe(profile);
  });

  it("says what memory means and how to get the real thing", () => {
    const { why } = chooseProfile("auto", nothing, bare);
    expect(why).toMatch(/no Java.*no engine.*end with it.*Install Java 17/);
  });

  const refusals: [string, Profile, Configured, Machine, string, RegExp][] = [
    ["local without Java", "local", nothing, noJava, "GW_JAVA_MISSING", /no Java/],
    ["docker without an engine", "docker", nothing, bare, "GW_PART_MISSING", /no engine/],
    ["external without addresses", "external", nothing, full, "GW_PART_MISSING", /KAFKA_BROKERS, SCHEMA_REGISTRY_URL, CLICKHOUSE_URL/],
    [
      "brokers without a registry",
      "auto",
      { kafka: "b:9092", clickhouse: "http://c" },
      full,
      "GW_PART_MISSING",
      /needs SCHEMA_REGISTRY_URL as well/,
    ],
  ];
  it.for(refusals)("refuses %s", ([, asked, configured, machine, code, message]) => {
    expect(() => chooseProfile(asked, configured, machine)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
