import { describe, expect, it } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import { patiently } from "./patiently.ts";

const never = new AbortController().signal;

describe("patiently", () => {
  it("says each new reason once, and goes on when it is answered", async () => {
    const said: string[] = [];
    let asked = 0;
    const job = async () => {
      asked += 1;
      if (asked < 3) throw new Fault("GW_KAFKA_UNREACHABLE", `try ${asked}`);
      if (asked < 4) throw new Fault("GW_REGISTRY_UNREACHABLE", "now this");
      return "done";
    };
    expect(await patiently(job, { stop: never, say: (sentence) => said.push(sentence) })).toBe("done");
    expect(said).toEqual([
      "GW_KAFKA_UNREACHABLE: try 1. Start Kafka, or set KAFKA_BROKERS. Trying again.",
      "GW_REGISTRY_UNREACHABLE: now this. Start the schema registry, or set SCHEMA_REGISTRY_URL. Trying again.",
      "It answers now.",
    ]);
  });

  it.for([new Fault("GW_KAFKA_AUTH", "no"), new Error("a defect")])("does not repeat %s", async (error) => {
    let asked = 0;
    const job = async () => {
      asked += 1;
      throw error;
    };
    await expect(patiently(job, { stop: never, say: () => undefined })).rejects.toBe(error);
    expect(asked).toBe(1);
  });

  it("gives up when its time is over, and at once when it is told to stop", async () => {
    const fault = new Fault("GW_KAFKA_UNREACHABLE", "away");
    const job = () => Promise.reject(fault);
    await expect(patiently(job, { stop: never, say: () => undefined, withinMs: 400 })).rejects.toBe(fault);
    const stop = new AbortController();
    const waiting = patiently(job, { stop: stop.signal, say: () => stop.abort() });
    await expect(waiting).rejects.toBe(fault);
  });

  it("says reasons that take turns once each, whatever their figures, and tells health what it waits for", async () => {
    const said: string[] = [];
    const waits: (string | undefined)[] = [];
    let asked = 0;
    const job = async () => {
      asked += 1;
      if (asked <= 6) throw new Fault("GW_INTAKE_UNAVAILABLE", asked % 2 === 0 ? `refused ${asked}` : `away for ${asked} s`);
      return "done";
    };
    const pauseMs = { first: 1, most: 2 };
    await patiently(job, { stop: never, say: (sentence) => said.push(sentence), waits: (reason) => waits.push(reason), pauseMs });
    expect(said.map((sentence) => sentence.slice(0, 31))).toEqual([
      "GW_INTAKE_UNAVAILABLE: away for",
      "GW_INTAKE_UNAVAILABLE: refused ",
      "It answers now.",
    ]);
    expect(waits.slice(-3)).toEqual(["GW_INTAKE_UNAVAILABLE: away for 5 s", "GW_INTAKE_UNAVAILABLE: refused 6", undefined]);
  });

  it("says a bounded number of reasons where each is another", async () => {
    let said = 0;
    let asked = 0;
    const job = async () => {
      asked += 1;
      if (asked <= 500) throw new Fault("GW_KAFKA_UNREACHABLE", "x".repeat(asked));
    };
    await patiently(job, { stop: never, say: () => (said += 1), pauseMs: { first: 0, most: 0 } });
    expect(said).toBeLessThan(30);
  });

  it("does not speak of what is over soon", async () => {
    const told: unknown[] = [];
    let asked = 0;
    const job = async () => {
      asked += 1;
      if (asked < 4) throw new Fault("GW_INTAKE_FULL", "full");
    };
    const say = (sentence: string) => told.push(sentence);
    await patiently(job, {
      stop: never,
      say,
      waits: (reason) => reason && told.push(reason),
      quietMs: 5_000,
      pauseMs: { first: 1, most: 1 },
    });
    expect(told).toEqual([]);
  });

  it("waits for every failure where the work must be done, and says so", async () => {
    const said: string[] = [];
    const failures = [new Error("EACCES"), new Fault("GW_KAFKA_AUTH", "no right")];
    const job = async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return "done";
    };
    const patience = { stop: never, say: (sentence: string) => said.push(sentence), pauseMs: { first: 1, most: 1 } };
    expect(await patiently(job, { ...patience, every: "GW_FILE_UNUSABLE" })).toBe("done");
    expect(said.join("\n")).toMatch(/GW_FILE_UNUSABLE: EACCES.*\nGW_FILE_UNUSABLE: no right.*\nIt answers now/);
  });
});
