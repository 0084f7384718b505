import { describe, expect, it } from "vitest";
import { drive } from "../conformance/drive.ts";
import { struct } from "./codec.ts";
import { dlq, drop, none, ok } from "./outcome.ts";
import { type At, each, type StoreFactory, stage } from "./stage.ts";

interface Reading {
  readonly key: string;
  readonly value: number;
}
const reading = (key: string, value: number): Reading => ({ key, value });
const at = (watermark: number, ...records: Reading[]) => ({ watermark, records });

/** Sums each key's values and tells the sum when the watermark reaches 10 after the key's last value. */
const summed = (store: StoreFactory, maxKeys = 10) =>
  stage<{ sum: number; due: number }, Reading, string>(
    "sum",
    {
      kind: "sum",
      summary: "",
      state: { codec: struct({ sum: "float64", due: "float64" }), initial: () => ({ sum: 0, due: Number.NaN }) },
      step(state, { value }) {
        state.sum += value;
        state.due = value + 10;
        return none();
      },
      due: ({ due }) => due,
      close(state, { key }) {
        if (key === "broken") throw new Error("no sum");
        state.due = Number.NaN;
        return [`${key}=${state.sum}`];
      },
      done: () => true,
    },
    { key: ({ key }) => key, store, maxKeys },
  );

describe("a keyed stage", () => {
  it("closes what is due before the records that moved the time", () => {
    const { out } = drive(summed, [at(0, reading("a", 1), reading("b", 2), reading("a", 3)), at(13, reading("a", 50)), at(60)]);
    expect(out).toEqual(["b=2", "a=4", "a=50"]);
  });

  it("forgets a key that is done: its next record begins anew", () => {
    expect(drive(summed, [at(0, reading("a", 1)), at(11), at(11, reading("a", 5)), at(15)]).out).toEqual(["a=1", "a=5"]);
  });

  it("makes a dead letter of a close that throws, and goes on with the other keys", () => {
    const { out, letters } = drive(summed, [at(0, reading("a", 1), reading("broken", 1), reading("c", 1)), at(11)]);
    expect(out).toEqual(["a=1", "c=1"]);
    expect(letters).toMatchObject([
      { stage: "sum", code: "GW_STAGE_THREW", message: "Error: no sum", origin: undefined, value: { key: "broken" } },
    ]);
  });

  it("is refused without state", () => {
    const stateless = { kind: "k", summary: "", step: () => none() };
    expect(() => drive((store) => stage("x", stateless, { key: () => "", store }), [])).toThrow("stage x has a key but no state");
  });
});

describe("a stateless stage", () => {
  const sorted = () =>
    each<Reading, number>("sort", "sorts out", ({ value }) => {
      if (value < 0) return drop("negative");
      if (value === 0) return none();
      if (value > 100) return dlq("GW_RECORD_SENSELESS", "too much");
      return ok(value, value * 2);
    });

  it("passes several values on for one record, in order", () => {
    expect(drive(sorted, [at(0, reading("a", 1), reading("a", 2))]).out).toEqual([1, 2, 2, 4]);
  });

  it("counts a drop under its reason, and keeps the record of a dead letter", () => {
    const { out, dropped, letters } = drive(sorted, [at(0, reading("a", -1), reading("a", -2), reading("a", 0), reading("a", 101))]);
    expect([out, dropped]).toEqual([[], new Map([["negative", 2]])]);
    expect(letters).toMatchObject([{ code: "GW_RECORD_SENSELESS", origin: { offset: 3 }, value: { value: 101 } }]);
  });

  it("knows where it is and what time it is", () => {
    const seen: Partial<At>[] = [];
    const spy = () =>
      each<Reading, never>("spy", "", (_, { topic, partition, watermark, origin }) => {
        seen.push({ topic, partition, watermark, origin });
        return none();
      });
    drive(spy, [at(5, reading("a", 1)), at(7, reading("a", 1))]);
    expect(seen).toMatchObject([
      { topic: "driven", partition: 0, watermark: 5, origin: { offset: 0 } },
      { watermark: 7, origin: { offset: 1 } },
    ]);
  });
});
