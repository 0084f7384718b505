import { describe, expect, it } from "vitest";
import { shapeOf } from "../../schemas/shapes/shape.ts";
import { topics } from "../../schemas/topics/index.ts";
import { filterOf } from "./filter.ts";

const alert = topics.alert.schema ?? {};

const value = { severity: "HIGH", score: 0.9, entity: { type: "layer", id: "i-0" }, none: null, list: [{ n: 3 }], on: true };

describe("filter", () => {
  it.for([
    ["severity=HIGH", true],
    ["severity=LOW", false],
    ["severity != LOW", true],
    ["score>=0.9", true],
    ["score=0.90", true],
    ["score>0.9", false],
    ["score<1", true],
    ["score<=0.1", false],
    ["entity.id=i-0", true],
    ["entity.id~-", true],
    ["entity.id~x", false],
    ["list.0.n=3", true],
    ["on=true", true],
    ["none=null", false],
    ["missing=1", false],
    ["missing!=1", true],
    ["constructor~Object", false],
  ] as const)("%s: %s", ([condition, holds]) => {
    expect(filterOf([condition])(value)).toBe(holds);
  });

  it("wants all conditions to hold, and holds without any", () => {
    expect(filterOf(["severity=HIGH", "score>1"])(value)).toBe(false);
    expect(filterOf([])(null)).toBe(true);
  });

  it.for(["entity.id=i-0", "sources.0.topic=moe.router", "evidence.1.value~x", "probability>0.5"])("knows %s of an alert", (condition) => {
    expect(() => filterOf([condition], shapeOf(alert))).not.toThrow();
  });

  it.for([
    ["severty=HIGH", "did you mean severity?"],
    ["entity.idd=1", "did you mean id?"],
    ["severity.x=1", "nothing lies in it"],
    ["sources.topic=a", "no field topic"],
    ["__proto__=1", "no field __proto__"],
  ])("refuses %s of an alert, which would find nothing: %s", ([condition = "", words]) => {
    expect(() => filterOf([condition], shapeOf(alert))).toThrow(words);
  });

  it("refuses what is no condition", () => {
    expect(() => filterOf(["severity"])).toThrow(expect.objectContaining({ code: "GW_USAGE" }));
    expect(() => filterOf(["=HIGH"])).toThrow(expect.objectContaining({ code: "GW_USAGE" }));
  });
});
