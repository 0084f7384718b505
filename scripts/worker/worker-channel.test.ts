import { describe, expect, it } from "vitest";
import { tellSupervisor, workerMessage } from "./worker-channel.ts";

describe("what a worker tells its supervisor", () => {
  it("is understood where it is one of the two things it can say", () => {
    for (const message of [
      { worker: "running", address: "http://127.0.0.1:1" },
      { worker: "failed", code: "GW_KAFKA_AUTH" },
    ])
      expect(workerMessage(message)).toEqual(message);
  });

  it.for([
    undefined,
    null,
    "running",
    7,
    {},
    { worker: "running" },
    { worker: "failed", code: "GW_NOTHING" },
    { worker: "failed", code: "toString" },
  ])("is nothing where it is %j: another program may write to the channel too", (message) =>
    expect(workerMessage(message)).toBeUndefined(),
  );

  it("is said to nobody in a process that has none", () => {
    const { send } = process;
    process.send = undefined;
    try {
      expect(() => tellSupervisor({ worker: "running", address: "a" })).not.toThrow();
    } finally {
      process.send = send;
    }
  });
});
