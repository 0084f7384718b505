import { describe, expect, it } from "vitest";
import { usualDeployment } from "../deployment.ts";
import { Popularity } from "./popularity.ts";

const atMs = Date.UTC(2026, 0, 1, 12);
const mix = [4, 3, 2, 1];
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const distance = (one: readonly number[], other: readonly number[]) => sum(one.map((share, i) => Math.abs(share - (other[i] ?? 0)))) / 2;

describe("expert popularity", () => {
  it("adds up to one, and is a layer's own", () => {
    const popularity = new Popularity(usualDeployment);
    const layers = Array.from({ length: usualDeployment.layers }, (_, layer) => popularity.shares(layer, atMs, mix));
    for (const shares of layers) {
      expect(sum(shares)).toBeCloseTo(1, 9);
      expect(Math.min(...shares)).toBeGreaterThan(0);
    }
    expect(distance(layers[0] ?? [], layers[1] ?? [])).toBeGreaterThan(0.15);
  });

  it("drifts a little from window to window and stays about its base", () => {
    const popularity = new Popularity(usualDeployment);
    const windows = Array.from({ length: 200 }, (_, i) => popularity.shares(3, atMs + i * usualDeployment.windowMs, mix));
    const steps = windows.slice(1).map((shares, i) => distance(shares, windows[i] ?? []));
    expect(Math.max(...steps)).toBeLessThan(0.06);
    expect(Math.min(...steps)).toBeGreaterThan(0.005);
    for (const shares of windows) expect(distance(shares, windows[0] ?? [])).toBeLessThan(0.15);
  });

  it("is nearly the same at a time however late a run begins", () => {
    const early = new Popularity(usualDeployment);
    for (let ms = atMs - 500_000; ms <= atMs; ms += usualDeployment.windowMs) early.shares(0, ms, mix);
    expect(distance(early.shares(0, atMs, mix), new Popularity(usualDeployment).shares(0, atMs, mix))).toBeLessThan(0.001);
  });

  it("moves with what is asked about, and takes a window without anything for an even mix of nothing", () => {
    const popularity = new Popularity(usualDeployment);
    expect(distance(popularity.shares(5, atMs, [1, 0, 0, 0]), popularity.shares(5, atMs, [0, 1, 0, 0]))).toBeGreaterThan(0.1);
    expect(sum(popularity.shares(5, atMs, [0, 0, 0, 0]))).toBeCloseTo(1, 9);
  });
});
