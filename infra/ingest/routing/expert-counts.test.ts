import { describe, expect, it } from "vitest";
import { countedWindows } from "./expert-counts.ts";

const load = { windowStart: 1_767_225_600_000_000, windowEnd: 1_767_225_610_000_000, instanceId: "engine-0", numExperts: 4, topK: 2 };
const emptyLayers = (length: number) => ({
  counts: Array.from({ length }, () => [0]),
  physicalToLogical: Array.from({ length }, () => [-1]),
});
/** Of what is thrown, and how long it took in milliseconds. */
const refused = (value: unknown) => {
  const started = performance.now();
  try {
    countedWindows(value);
  } catch (error) {
    return { ...(error as { code: string; message: string }), message: (error as Error).message, ms: performance.now() - started };
  }
  throw new Error("it was taken");
};

describe("a balancer's counts", () => {
  it("are refused before they are built where a short body asks for very many", () => {
    const { code, message, ms } = refused({ ...load, numExperts: 65_536, ...emptyLayers(1_000) });
    expect([code, message]).toEqual([
      "GW_RECORD_TOO_LARGE",
      "1000 layers of 65536 experts are more than 1000000 counts; send fewer layers",
    ]);
    expect(ms).toBeLessThan(200);
  });

  it("are taken up to that bound, in the time of a call", () => {
    const started = performance.now();
    expect(countedWindows({ ...load, numExperts: 50_000, ...emptyLayers(20) })).toHaveLength(20);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("are refused in a line or two, however much of them is wrong", () => {
    const { code, message, ms } = refused({ ...load, counts: Array.from({ length: 40 }, () => new Array(65_000).fill(-1)) });
    expect(code).toBe("GW_RECORD_SHAPE");
    expect(message).toMatch(/^counts\.0\.0: a whole number of at least 0 is wanted; .*; and 35 more$/);
    expect(ms).toBeLessThan(1_000);
  });

  it.for([
    [{ counts: [[]] }, "counts.0: a list of 1 to 65536"],
    [{ counts: [new Array(65_537).fill(0)] }, "counts.0: a list of 1 to 65536"],
    [{ counts: ["1234"] }, "counts.0: a list"],
    [{ counts: [[0, Number.NaN, 0, 0]] }, "counts.0.1: a whole number"],
    [{ counts: [[0, 0, 2 ** 53, 0]] }, "counts.0.2: a whole number"],
    [{ counts: [[0, 0, 0, 0.5]] }, "counts.0.3: a whole number"],
    [{ counts: new Array(1_000_000).fill(1) }, "counts: "],
    [{ layers: new Array(1_000_000).fill(-1) }, "layers: a list of 1 to 10000"],
    [{ layers: [-1] }, "layers.0: a whole number of at least 0"],
    [{ physicalToLogical: [[-2, 0, 0, 0]] }, "physicalToLogical.0.0: a whole number of at least -1"],
    [Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`key-${n}`, 1])), "Unrecognized keys"],
  ] as const)("name what is wrong with %o", ([more, wanted]) => {
    const { code, message } = refused({ ...load, counts: [[1, 2, 3, 4]], ...more });
    expect(code).toBe("GW_RECORD_SHAPE");
    expect(message).toContain(wanted);
    expect(message.length).toBeLessThan(600);
  });

  it("have an eventId of all they say: the same again is the same, another count or order is another", () => {
    const id = (counts: number[]) => countedWindows({ ...load, counts: [counts] })[0]?.eventId;
    expect(id([1, 2, 3, 4])).toBe(id([1, 2, 3, 4]));
    expect(new Set([id([1, 2, 3, 4]), id([1, 2, 4, 3]), id([12, 3, 4, 0]), id([1, 23, 4, 0])]).size).toBe(4);
  });
});
