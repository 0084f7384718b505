import { describe, expect, it } from "vitest";
import { type Counted, Rates } from "./rates.ts";

const at = (value: number, source = "a", key = "in"): Counted => ({ source, key, value });

describe("rates", () => {
  it("say nothing of what was not seen twice", () => {
    const rates = new Rates();
    expect(rates.perS("in")).toBeNull();
    rates.look(0, [at(100)]);
    expect(rates.perS("in")).toBeNull();
    rates.look(100, [at(200)]);
    // A tenth of a second tells nothing either.
    expect(rates.perS("in")).toBeNull();
    rates.look(2_000, [at(300), at(5, "a", "new")]);
    expect([rates.perS("in"), rates.perS("new")]).toEqual([100, null]);
  });

  it("are those of the last ten seconds", () => {
    const rates = new Rates();
    for (let second = 0; second <= 30; second += 2) rates.look(second * 1_000, [at(second < 20 ? second * 10 : 200)]);
    expect(rates.perS("in")).toBe(0);
  });

  it("compare with the look before where looks are rare", () => {
    const rates = new Rates();
    rates.look(0, [at(0)]);
    rates.look(60_000, [at(600)]);
    expect(rates.perS("in")).toBe(10);
  });

  it("sum over sources, also one that begins anew and one that is gone", () => {
    const rates = new Rates();
    rates.look(0, [at(1_000), at(50, "b")]);
    rates.look(1_000, [at(30), at(60, "b")]);
    expect(rates.perS("in")).toBe(40);
    rates.look(2_000, [at(40)]);
    expect(rates.perS("in")).toBe(25);
  });

  it("take sources and keys apart, whatever they are called", () => {
    const rates = new Rates();
    rates.look(0, [at(0, "a", "__proto__"), at(0, 'a","b', "c")]);
    rates.look(1_000, [at(7, "a", "__proto__"), at(1, 'a","b', "c")]);
    expect([rates.perS("__proto__"), rates.perS("c"), rates.perS("toString")]).toEqual([7, 1, null]);
  });
});
