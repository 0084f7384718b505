import { describe, expect, it, vi } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import { failure } from "./failure.ts";

describe("a failure as a person reads it", () => {
  it("has the code, what happened, and what to do", () => {
    expect(failure(new Fault("GW_KAFKA_UNREACHABLE", "a:9092 does not answer"))).toEqual({
      text: "GW_KAFKA_UNREACHABLE: a:9092 does not answer. Start Kafka, or set KAFKA_BROKERS.",
      exitCode: 1,
    });
  });

  it("does not end a sentence twice, and sets the advice below a list", () => {
    expect(failure(new Fault("GW_USAGE", "did you mean apply?")).text).toBe("GW_USAGE: did you mean apply? See --help.");
    expect(failure(new Fault("GW_CONFIG_INVALID", "wrong:\n  a\n  b")).text).toBe(
      "GW_CONFIG_INVALID: wrong:\n  a\n  b\nMend every key the message lists.",
    );
  });

  it("ends with 2 where the person can mend the call, with 1 where not", () => {
    expect([failure(new Fault("GW_USAGE", "m")), failure(new Fault("GW_CONFIG_INVALID", "m"))].map(({ exitCode }) => exitCode)).toEqual([
      2, 2,
    ]);
    expect([failure(new Fault("GW_PORT_TAKEN", "m")), failure(new Error("m"))].map(({ exitCode }) => exitCode)).toEqual([1, 1]);
  });

  it("calls anything else a defect, and shows where only when asked", () => {
    const error = new TypeError("x is not a function");
    expect(failure(error).text).toMatch(/^A defect: x is not a function\. Run again with GATEWATCH_LOG_LEVEL=debug/);
    expect(failure(error).text).not.toContain("failure.test.ts");
    vi.stubEnv("GATEWATCH_LOG_LEVEL", "debug");
    expect(failure(error).text).toContain("failure.test.ts");
    expect(failure("a text").text).toContain("a text");
  });
});
