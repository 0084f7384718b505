import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pace } from "./pace.ts";
import type { LaneSettings } from "./settings.ts";

const settings: LaneSettings = {
  lingerMs: 100,
  quietLingerMs: 1_000,
  quietMs: 5_000,
  maxBatchRecords: 50,
  checkpointIntervalMs: 30_000,
  replayBudgetMs: 2_000,
  maxAheadMs: 3_600_000,
  idleMs: 1_000,
  idleHoldsMs: 5_000,
  onGap: "halt",
  stallMs: 30_000,
  from: "earliest",
  recordRuns: false,
};

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Waits for the pace to say that something is due, and tells after how many milliseconds it did. */
async function dueAfter(pace: Pace, atMost = 20_000): Promise<number> {
  const began = Date.now();
  let after = Number.POSITIVE_INFINITY;
  let going = true;
  void pace
    .due(
      () => true,
      () => going,
    )
    .then(() => {
      if (going) after = Date.now() - began;
    });
  for (let ms = 0; ms <= atMost && after === Number.POSITIVE_INFINITY; ms += 10) await vi.advanceTimersByTimeAsync(10);
  going = false;
  pace.wake();
  await vi.advanceTimersByTimeAsync(0);
  return after;
}

/** A lane that has just written a transaction. */
function written(urgent: boolean): Pace {
  const pace = new Pace(settings, urgent);
  pace.commits();
  pace.committed();
  return pace;
}

describe("when a lane writes", () => {
  it("gathers outputs that somebody waits for no longer than lingerMs after the last transaction", async () => {
    const pace = written(true);
    pace.applied(1, 0, true);
    expect(await dueAfter(pace)).toBe(100);
  });

  it("takes its time where nobody waits", async () => {
    const pace = written(false);
    pace.applied(1, 0, true);
    expect(await dueAfter(pace)).toBe(1_000);
  });

  it("leaves a bare position alone for half of quietMs at least, and for all of it at most", async () => {
    const pace = written(true);
    pace.applied(1, 0, false);
    const after = await dueAfter(pace);
    expect(after).toBeGreaterThanOrEqual(2_500);
    expect(after).toBeLessThanOrEqual(5_010);
  });

  it("draws the pause of bare positions anew, so that lanes whose windows end together do not write together", async () => {
    const pauses = new Set<number>();
    for (let i = 0; i < 5; i += 1) {
      const pace = written(true);
      pace.applied(1, 0, false);
      pauses.add(await dueAfter(pace));
    }
    expect(pauses.size).toBeGreaterThan(1);
  });

  it("writes at once what came long after the last transaction", async () => {
    const pace = written(true);
    await vi.advanceTimersByTimeAsync(60_000);
    pace.applied(1, 0, true);
    expect(await dueAfter(pace)).toBeLessThanOrEqual(10);
  });

  it("writes at once what a transaction holds at most", async () => {
    const pace = written(true);
    pace.applied(50, 0, false);
    expect(await dueAfter(pace)).toBeLessThanOrEqual(10);
  });

  it("never writes while nothing is ahead", async () => {
    const pace = written(true);
    let due = false;
    let going = true;
    void pace
      .due(
        () => false,
        () => going,
      )
      .then(() => {
        due = true;
      });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(due).toBe(false);
    going = false;
    pace.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(due).toBe(true);
  });

  it("is woken by an output while it waits for a bare position", async () => {
    const pace = written(true);
    pace.applied(1, 0, false);
    setTimeout(() => pace.applied(1, 0, true), 200);
    expect(await dueAfter(pace)).toBeLessThanOrEqual(220);
  });

  it("is woken by a lane that has to hurry", async () => {
    const pace = written(true);
    pace.applied(1, 0, false);
    setTimeout(() => pace.hurry(), 200);
    expect(await dueAfter(pace)).toBeLessThanOrEqual(220);
  });
});

describe("what a lane has applied and not written", () => {
  it("is counted until a transaction takes it, whose records are told", () => {
    const pace = new Pace(settings, true);
    pace.applied(3, 0, false);
    pace.applied(4, 0, false);
    expect(pace.records).toBe(7);
    expect(pace.commits()).toBe(7);
    expect(pace.records).toBe(0);
  });

  it("ages from the first record on, not from the last", () => {
    const pace = written(true);
    pace.applied(1, 0, false);
    vi.advanceTimersByTime(400);
    pace.applied(1, 0, false);
    vi.advanceTimersByTime(100);
    expect(pace.aheadMs).toBe(500);
  });

  it("ages anew from each transaction that came through", () => {
    const pace = written(true);
    pace.applied(1, 0, false);
    vi.advanceTimersByTime(400);
    pace.commits();
    pace.committed();
    vi.advanceTimersByTime(30);
    expect(pace.aheadMs).toBe(30);
  });
});

describe("when a checkpoint is due", () => {
  const fresh = () => {
    const pace = new Pace(settings, true);
    pace.recovered(0);
    return pace;
  };

  it("is after the interval, not before", () => {
    const pace = fresh();
    vi.advanceTimersByTime(29_999);
    expect(pace.checkpointDue()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(pace.checkpointDue()).toBe(true);
  });

  it("is earlier where replay would take longer than the budget", () => {
    const pace = fresh();
    vi.advanceTimersByTime(3_000);
    pace.applied(10, 1_999, false);
    expect(pace.checkpointDue()).toBe(false);
    pace.applied(10, 1, false);
    expect(pace.checkpointDue()).toBe(true);
  });

  it("is at once where records were replayed, so that the next crash does not replay them again", () => {
    const pace = new Pace(settings, true);
    pace.recovered(12);
    expect(pace.checkpointDue()).toBe(true);
    pace.checkpointed(100, 1);
    expect(pace.checkpointDue()).toBe(false);
  });

  it("takes no more than a tenth of the lane's time", () => {
    const pace = fresh();
    pace.checkpointed(100, 4_000);
    vi.advanceTimersByTime(39_999);
    expect(pace.checkpointDue()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(pace.checkpointDue()).toBe(true);
  });

  it("takes no more than 5 MB a second of the log", () => {
    const pace = fresh();
    pace.checkpointed(300_000_000, 1);
    vi.advanceTimersByTime(59_999);
    expect(pace.checkpointDue()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(pace.checkpointDue()).toBe(true);
  });
});
