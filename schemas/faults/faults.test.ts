import { describe, expect, it } from "vitest";
import { Fault, faultOf } from "./fault.ts";
import { type FaultCode, faults } from "./faults.ts";

const all = Object.entries(faults) as [FaultCode, (typeof faults)[FaultCode]][];

describe("every way to fail", () => {
  it.for(all)("%s says in one sentence what a person can do", ([code, { remedy }]) => {
    expect(code).toMatch(/^GW_[A-Z_]+$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
    expect(remedy.length).toBeLessThan(90);
  });

  it("is tried again only where what happens next is to try again", () => {
    for (const [code, { retriable, then }] of all) expect([code, retriable]).toEqual([code, then === "retry" || then === "rebuild-lane"]);
  });

  it("names settings and commands that exist in its words", () => {
    for (const [, { remedy }] of all) {
      for (const [, name] of remedy.matchAll(/`gatewatch (\w+)/g)) expect(["doctor", "topics"]).toContain(name);
    }
  });
});

describe("a fault", () => {
  const cause = new RangeError("too far");

  it("knows what belongs to its code, and keeps what caused it", () => {
    const fault = new Fault("GW_KAFKA_UNREACHABLE", "no answer", { broker: "a:1" }, cause);
    expect(fault).toMatchObject({ name: "Fault", message: "no answer", retriable: true, context: { broker: "a:1" }, cause });
    expect(fault.remedy).toBe(faults.GW_KAFKA_UNREACHABLE.remedy);
    expect(fault).toBeInstanceOf(Error);
  });

  it("has no cause where none is given, rather than an undefined one", () => {
    expect(Object.hasOwn(new Fault("GW_USAGE", "m"), "cause")).toBe(false);
  });

  it("made of anything thrown says who let it out, and of a fault is that fault", () => {
    const fault = new Fault("GW_USAGE", "m");
    expect(faultOf(fault, "GW_GRAPH_BROKEN", "here")).toBe(fault);
    expect(faultOf(cause, "GW_GRAPH_BROKEN", "a stage")).toMatchObject({ code: "GW_GRAPH_BROKEN", message: "a stage: too far", cause });
    expect(faultOf("thrown text", "GW_GRAPH_BROKEN", "a stage").message).toBe("a stage: thrown text");
    expect(faultOf(undefined, "GW_GRAPH_BROKEN", "a stage").message).toBe("a stage: undefined");
  });
});
