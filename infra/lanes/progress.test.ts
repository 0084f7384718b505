import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRecovery, longestRecord } from "./position.ts";
import { Progress, recoveryText } from "./progress.ts";

const pointer = { offsets: [10, 20], partition: 0, chunks: [5] };
function begun(): Progress {
  const progress = new Progress();
  progress.begin({ next: [10, 20], checkpoint: pointer, runs: [] }, false);
  return progress;
}

describe("a lane's progress", () => {
  it("is ahead from the first move until the transaction that covers it is settled", () => {
    const progress = begun();
    expect(progress.ahead).toBe(false);
    progress.moved(0, 13);
    expect([progress.ahead, progress.next(0), progress.committed(0)]).toEqual([true, 13, 10]);
    const stretch = progress.cut(false);
    expect(progress.ahead).toBe(true);
    progress.settle(stretch);
    expect([progress.ahead, progress.committed(0), progress.committed(1)]).toEqual([false, 13, 20]);
  });

  it("is still ahead by what came while the transaction was under way", () => {
    const progress = begun();
    progress.moved(0, 13);
    const stretch = progress.cut(false);
    progress.moved(0, 15);
    progress.settle(stretch);
    expect([progress.ahead, progress.committed(0), progress.next(0)]).toEqual([true, 13, 15]);
    expect(stretch.next).toEqual([13, 20]);
  });

  it("keeps the whole way since the checkpoint, and what was taken since the last transaction", () => {
    const progress = begun();
    progress.moved(0, 13);
    progress.settle(progress.cut(false));
    progress.moved(1, 22);
    progress.foundIdle(0);
    const { runs, taken } = progress.cut(false);
    expect(runs).toEqual([
      { input: 0, length: 3 },
      { input: 1, length: 2 },
      { input: 0, length: 0 },
    ]);
    expect(taken).toEqual(runs.slice(1));
  });

  it("begins its way anew with a checkpoint", () => {
    const progress = begun();
    progress.moved(0, 13);
    expect(progress.cut(true).runs).toEqual([]);
    progress.moved(0, 14);
    expect(progress.cut(false).runs).toEqual([{ input: 0, length: 1 }]);
  });

  it("does not let a snapshot grow with what is taken after it", () => {
    const progress = begun();
    progress.moved(0, 13);
    const { runs } = progress.cut(false);
    progress.moved(0, 99);
    expect(runs).toEqual([{ input: 0, length: 3 }]);
  });

  it("writes a first position down even without a record, where it would be another after a crash", () => {
    const progress = new Progress();
    progress.begin({ next: [40], checkpoint: undefined, runs: [] }, true);
    expect(progress.ahead).toBe(true);
    progress.settle(progress.cut(true));
    expect(progress.ahead).toBe(false);
  });

  it("needs a checkpoint at its first transaction and after a jump over a gap, where no way leads", () => {
    const first = new Progress();
    first.begin({ next: [0], checkpoint: undefined, runs: [] }, false);
    expect(first.needsCheckpoint).toBe(true);
    first.checkpointed(pointer);
    expect(first.needsCheckpoint).toBe(false);
    first.jump(0, 700);
    expect([first.needsCheckpoint, first.next(0)]).toEqual([true, 700]);
  });

  it("needs one before its recovery record outgrows what the broker takes", () => {
    const progress = begun();
    let offsets = [10, 20];
    while (!progress.needsCheckpoint) {
      expect(recoveryText(progress.cut(false), pointer, "lane").length).toBeLessThanOrEqual(longestRecord);
      offsets = [(offsets[0] ?? 0) + 1, (offsets[1] ?? 0) + 1];
      progress.moved(0, offsets[0] ?? 0);
      progress.moved(1, offsets[1] ?? 0);
    }
    expect(recoveryText(progress.cut(false), pointer, "lane").length).toBeLessThan(4_096);
  });

  it("can be walked again from its recovery record, whatever the order of the inputs", () => {
    const step = fc.record({ input: fc.nat(1), by: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const progress = begun();
        for (const { input, by } of steps) {
          if (by === 0) progress.foundIdle(input);
          else progress.moved(input, progress.next(input) + by);
        }
        const stretch = progress.cut(false);
        const read = decodeRecovery(recoveryText(stretch, pointer, "lane"));
        const walked = [...(read?.checkpoint.offsets ?? [])];
        for (const { input, length } of read?.runs ?? []) walked[input] = (walked[input] ?? 0) + length;
        expect(walked).toEqual(stretch.next);
      }),
    );
  });
});

describe("the recovery record of a lane that has no checkpoint", () => {
  it("is refused: a position must never stand without the state that belongs to it", () => {
    const stretch = { next: [1], runs: [], taken: [] };
    expect(() => recoveryText(stretch, undefined, "p/main/0")).toThrow(expect.objectContaining({ code: "GW_LANE_POSITION_WITHOUT_STATE" }));
  });
});
