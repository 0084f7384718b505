import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRecovery, encodeRecovery, extendRuns, type Run } from "./position.ts";

const offset = fc.nat(2 ** 31 - 1);
const record = fc.record({
  checkpoint: fc.record({
    offsets: fc.array(offset, { minLength: 1, maxLength: 4 }),
    partition: fc.nat(11),
    chunks: fc.array(offset, { minLength: 1, maxLength: 20 }),
  }),
  runs: fc.array(fc.record({ input: fc.nat(3), length: fc.nat(100_000) }), { maxLength: 50 }),
});

describe("the recovery record", () => {
  it("comes back from its text", () => {
    fc.assert(
      fc.property(record, (written) => {
        expect(decodeRecovery(encodeRecovery(written))).toEqual(written);
      }),
    );
  });

  it("is nothing where there is no text", () => expect(decodeRecovery("")).toBeUndefined());

  it.for(["v2;0;0;0;", "v1;0;0", "committed by hand", "v1;x,!;0;0;"])("refuses what it has not written: %s", (text) => {
    expect(() => decodeRecovery(text)).toThrow(expect.objectContaining({ code: "GW_LANE_POSITION_WITHOUT_STATE" }));
  });
});

describe("runs", () => {
  it("join where one input goes on, and keep the places of idleness apart", () => {
    const runs: Run[] = [];
    for (const [input, length] of [
      [0, 5],
      [0, 3],
      [1, 2],
      [1, 0],
      [1, 4],
      [0, 1],
    ] as const)
      extendRuns(runs, input, length);
    expect(runs).toEqual([
      { input: 0, length: 8 },
      { input: 1, length: 2 },
      { input: 1, length: 0 },
      { input: 1, length: 4 },
      { input: 0, length: 1 },
    ]);
  });
});
