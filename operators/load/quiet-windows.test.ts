import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import { loadOf } from "../../test/pipelines/loads.ts";
import { conforms } from "../conformance/conforms.ts";
import { type Arrival, drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { quietWindows } from "./quiet-windows.ts";

const size = 10_000_000;
const make = (store: StoreFactory) => quietWindows("quiet", { size, quiet: 3 * size, maxKeys: 4, store });
const start = loadOf("d", 0).windowStart;
/** The watermark stands at the end of window `n`, and these windows of that time come with it. */
const at = (n: number, ...records: LoadWindow[]): Arrival<LoadWindow> => ({ watermark: start + (n + 1) * size, records });
const told = (...arrivals: Arrival<LoadWindow>[]) =>
  drive(make, arrivals).out.map(({ deploymentId, windowStart, requests }) => [deploymentId, (windowStart - start) / size, requests]);
const load = (n: number, requests = 5, deployment = "d") => loadOf(deployment, n, { requests });

describe("quiet windows", () => {
  conforms({
    make,
    records: fc
      .record({ n: fc.nat(60), deployment: fc.constantFrom("a", "b", "c", "d", "e") })
      .map(({ n, deployment }) => load(n, 5, deployment)),
    time: ({ windowEnd }) => windowEnd,
    drops: [],
    maxKeys: 4,
  });

  it("say nothing happened once time has gone on, for as long as they may", () => {
    expect(told(at(0, load(0)), ...[1, 2, 3, 4, 5, 6].map((n) => at(n)))).toEqual([
      ["d", 0, 5],
      ["d", 1, 0],
      ["d", 2, 0],
      ["d", 3, 0],
    ]);
  });

  it("never say so of a window that comes with the same step of time", () =>
    expect(told(at(0, load(0)), at(3, load(1), load(3)))).toEqual([
      ["d", 0, 5],
      ["d", 1, 5],
      ["d", 2, 0],
      ["d", 3, 5],
    ]));

  it("leave the rest of a long gap a gap", () =>
    expect(told(at(0, load(0)), at(50, load(50))).map(([, n]) => n)).toEqual([0, 1, 2, 3, 50]));

  it("say nothing of who was never heard of, nor where time stands still", () => {
    expect(told(at(0), at(5))).toEqual([]);
    expect(told(at(0, load(0)), at(0), at(0))).toEqual([["d", 0, 5]]);
  });

  it("say at the end of the input no more than what time had passed", () => {
    const end = { watermark: Number.MAX_VALUE, records: [] };
    expect(told(at(0, load(0)), at(2), end, end).map(([, n]) => n)).toEqual([0, 1, 2]);
    expect(told(at(0, load(0)), end)).toEqual([["d", 0, 5]]);
  });

  it("are records of moe.load, with an id of their own", () => {
    const { out } = drive(make, [at(0, load(0)), at(1), at(2)]);
    expect(new Set(out.map(({ eventId }) => eventId)).size).toBe(out.length);
    for (const window of out.slice(1)) {
      expect(window).toMatchObject({ requests: 0, inputTokens: 0, outputTokens: 0, missedObjectives: 0, ts: window.windowEnd });
      expect(topics.load.type.isValid(window)).toBe(true);
    }
  });

  it("come in order and once, and change no window that has requests", () => {
    const windows = fc.uniqueArray(fc.nat(40), { minLength: 1 }).map((numbers) => numbers.sort((a, b) => a - b));
    fc.assert(
      fc.property(windows, fc.nat(5), (numbers, slack) => {
        const out = told(...numbers.flatMap((n) => [at(n, load(n)), at(n)]), at((numbers.at(-1) ?? 0) + slack));
        const places = out.map(([, n]) => Number(n));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect(out.filter(([, , requests]) => requests === 5).map(([, n]) => n)).toEqual(numbers);
      }),
    );
  });
});
