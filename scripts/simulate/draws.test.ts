import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gamma, logNormal, pick, poisson, pseudonym, shuffled, streamOf, wander, weighted } from "./draws.ts";

const many = (draw: () => number, count = 20_000) => Array.from({ length: count }, draw);
const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
const variance = (values: readonly number[]) => mean(values.map((one) => one * one)) - mean(values) ** 2;

describe("streams by name", () => {
  it("are the same for the same names, and others for any other", () => {
    const first = (seed: number, ...names: (string | number)[]) => streamOf(seed, ...names).next();
    expect(first(1, "router", 3)).toBe(first(1, "router", 3));
    const firsts = [first(1, "router", 3), first(2, "router", 3), first(1, "router", 4), first(1, "route", 3), first(1, "router3")];
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("begin evenly spread over neighbouring numbers: seconds follow each other", () => {
    const firsts = Array.from({ length: 10_000 }, (_, second) => streamOf(7, "traffic", 1_767_225_600_000 + second * 1_000).next());
    expect(mean(firsts)).toBeCloseTo(0.5, 1);
    for (let tenth = 0; tenth < 10; tenth += 1)
      expect(Math.abs(firsts.filter((one) => Math.floor(one * 10) === tenth).length - 1_000)).toBeLessThan(150);
  });
});

describe("distributions", () => {
  const random = streamOf(11, "test");

  it.each([0.3, 2, 20, 80])("poisson has mean and variance %d", (rate) => {
    const values = many(() => poisson(random, rate));
    expect(Math.abs(mean(values) / rate - 1)).toBeLessThan(0.05);
    expect(Math.abs(variance(values) / rate - 1)).toBeLessThan(0.1);
    expect(values.every((one) => Number.isInteger(one) && one >= 0)).toBe(true);
  });

  it.each([0.05, 0.5, 1, 7.5])("gamma has mean and variance %d", (shape) => {
    const values = many(() => gamma(random, shape));
    expect(Math.abs(mean(values) / shape - 1)).toBeLessThan(0.1);
    expect(Math.abs(variance(values) / shape - 1)).toBeLessThan(0.2);
  });

  it("a log-normal has its median, and nothing comes of no rate", () => {
    const values = many(() => logNormal(random, 300, 0.8)).sort((a, b) => a - b);
    expect(Math.abs((values[10_000] ?? 0) / 300 - 1)).toBeLessThan(0.05);
    expect([poisson(random, 0), poisson(random, -1), gamma(random, 0)]).toEqual([0, 0, 0]);
  });

  it("weighted goes by weights and never takes what weighs nothing", () => {
    const places = many(() => weighted(random, [1, 0, 3]), 4_000);
    expect(places.filter((place) => place === 2).length / 4_000).toBeCloseTo(0.75, 1);
    expect(places).not.toContain(1);
  });

  it("shuffles to the same members, and picks only what is there", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer(), (values, seed) => {
        expect(shuffled([...values], streamOf(seed, "s")).sort()).toEqual([...values].sort());
        expect(values).toContain(pick(streamOf(seed, "p"), values));
      }),
    );
    expect(() => pick(random, [])).toThrow(RangeError);
  });
});

describe("a wandering value", () => {
  it("is a function of time: smooth, and of variance near 1", () => {
    const at = (ms: number) => wander(3, "mood", ms, 60_000);
    expect(at(1_767_225_612_345)).toBe(at(1_767_225_612_345));
    const values = Array.from({ length: 6_000 }, (_, i) => at(i * 7_000));
    expect(mean(values)).toBeCloseTo(0, 0);
    // Between its knots it is an average of two, so a little less than theirs.
    expect(variance(values)).toBeGreaterThan(0.5);
    expect(variance(values)).toBeLessThan(1.2);
    for (let ms = 0; ms < 600_000; ms += 500) expect(Math.abs(at(ms + 500) - at(ms))).toBeLessThan(0.2);
  });
});

describe("pseudonyms", () => {
  it("are hexadecimal, as long as asked, and each somebody's own", () => {
    const names = Array.from({ length: 500 }, (_, i) => pseudonym(1, 16, "tenant", i));
    expect(new Set(names).size).toBe(500);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}$/);
  });
});
