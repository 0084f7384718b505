import kafkajs from "kafkajs";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import { isSilence, kafkaFault } from "./kafka-fault.ts";
import { Refusal } from "./refusal.ts";
import { mayAskAgain } from "./retrying.ts";

const wrapped = (cause: Error) => Object.assign(new Error("retries exceeded", { cause }), { name: "KafkaJSNumberOfRetriesExceeded" });

describe("faults of Kafka", () => {
  it.for([
    [47, "GW_LANE_FENCED"],
    [90, "GW_LANE_FENCED"],
    [48, "GW_LANE_OUTCOME_UNKNOWN"],
    [1, "GW_LANE_OFFSET_GAP"],
    [3, "GW_TOPIC_MISSING"],
    [10, "GW_RECORD_TOO_LARGE"],
    [18, "GW_RECORD_TOO_LARGE"],
    [29, "GW_KAFKA_AUTH"],
    [58, "GW_KAFKA_AUTH"],
    [14, "GW_KAFKA_UNREACHABLE"],
    [42, "GW_KAFKA_PROTOCOL"],
    [12_345, "GW_KAFKA_PROTOCOL"],
  ] as const)("give error code %i the meaning %s", ([code, expected]) => {
    expect(kafkaFault(new Refusal(code), "asking").code).toBe(expected);
    expect(kafkaFault(wrapped(new Refusal(code)), "asking").code).toBe(expected);
  });

  it("tell a lost connection from a refusal, wrapped or not", () => {
    const lost = new kafkajs.KafkaJSConnectionError("Connection error: connect ECONNREFUSED");
    expect(kafkaFault(wrapped(lost), "asking")).toMatchObject({ code: "GW_KAFKA_UNREACHABLE", retriable: true });
    expect([isSilence(lost), isSilence(wrapped(lost)), isSilence(new Refusal(47)), isSilence(new TypeError("x"))]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("keep a fault as it is, and say what was being done", () => {
    const fault = new Fault("GW_TOPIC_MISSING", "there is no topic x");
    expect(kafkaFault(fault, "asking")).toBe(fault);
    expect(kafkaFault(new Refusal(47), "committing as lane-1").message).toMatch(/^committing as lane-1: .*INVALID_PRODUCER_EPOCH/);
  });

  it("let only what has not been begun be asked again", () => {
    expect([51, 14, 15, 16, 6, 7].map((code) => mayAskAgain(new Refusal(code)))).toEqual([true, true, true, true, true, true]);
    expect([47, 48, 10, 29, 1].map((code) => mayAskAgain(new Refusal(code)))).toEqual([false, false, false, false, false]);
  });
});
