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
});
