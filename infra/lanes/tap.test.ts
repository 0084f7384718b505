import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import type { Fetched } from "../kafka/port.ts";
import { LaneTap } from "./tap.ts";

const record = (offset: number) => ({ offset, timestampMs: 0, key: null, value: null, headers: {} });
const fetched = (offsets: readonly number[], next: number, highWatermark: number): Fetched => ({
  records: offsets.map(record),
  next,
  end: highWatermark,
  highWatermark,
});
const drained = (at: number) => fetched([], at, at);

function rig(full = false) {
  const taken: Fetched[] = [];
  const state = {
    next: 4,
    open: true,
    full,
    waiting: undefined as Promise<void> | undefined,
    gaps: [] as unknown[],
    faults: [] as unknown[],
  };
  const tap = new LaneTap({ topic: "moe.router", partition: 2 }, 1, {
    next: () => state.next,
    open: () => state.open,
    full: () => state.full,
    take: (one) => {
      taken.push(one);
      return state.waiting;
    },
    gap: (range) => state.gaps.push(range),
    unreadable: (fault) => state.faults.push(fault),
  });
  return { tap, taken, state };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a lane's tap", () => {
  it("tells the feed where its lane stands at that moment", () => {
    const { tap, state } = rig();
    expect([tap.topic, tap.partition, tap.input, tap.next, tap.open, tap.full]).toEqual(["moe.router", 2, 1, 4, true, false]);
    Object.assign(state, { next: 9, open: false, full: true });
    expect([tap.next, tap.open, tap.full]).toEqual([9, false, true]);
  });

  it("hands on what was fetched, empty answers too, and keeps the high watermark", () => {
    const { tap, taken } = rig();
    tap.feed(fetched([4, 5], 6, 20));
    tap.feed(drained(20));
    expect(taken.map(({ next }) => next)).toEqual([6, 20]);
    expect(tap.end).toBe(20);
  });

  it("tells its lane of records that cannot be read", () => {
    const { tap, state } = rig();
    const fault = new Fault("GW_LOG_UNREADABLE", "moe.router[2] cannot be read at 4");
    tap.unreadable(fault);
    expect(state.faults).toEqual([fault]);
  });

  it("is full while its lane waits for a schema, and hands on nothing meanwhile", async () => {
    const { tap, taken, state } = rig();
    const schema = Promise.withResolvers<void>();
    state.waiting = schema.promise;
    tap.feed(fetched([4], 5, 20));
    expect(tap.full).toBe(true);
    tap.feed(fetched([4], 5, 20));
    expect(taken).toHaveLength(1);
    schema.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(tap.full).toBe(false);
  });

  it("passes a gap on to its lane", () => {
    const { tap, state } = rig();
    tap.gap({ earliest: 7, end: 9 });
    expect(state.gaps).toEqual([{ earliest: 7, end: 9 }]);
  });
});

describe("a drained input", () => {
  it("is one whose fetches have found nothing at the high watermark for so long", () => {
    const { tap } = rig();
    tap.feed(drained(4));
    vi.advanceTimersByTime(999);
    expect(tap.drainedFor(1_000)).toBe(false);
    vi.advanceTimersByTime(1);
    tap.feed(drained(4));
    expect(tap.drainedFor(1_000)).toBe(true);
  });

  it("is told of every so often after that, as long as nothing comes", () => {
    const { tap } = rig();
    tap.feed(drained(4));
    expect(tap.stillDrained(0)).toBe(false);
    vi.advanceTimersByTime(1_000);
    tap.drainedFor(1_000);
    vi.advanceTimersByTime(1_999);
    expect(tap.stillDrained(2_000)).toBe(false);
    vi.advanceTimersByTime(1);
    expect([tap.stillDrained(2_000), tap.stillDrained(2_000)]).toEqual([true, false]);
    tap.feed(fetched([4], 5, 5));
    tap.feed(drained(5));
    vi.advanceTimersByTime(5_000);
    expect(tap.stillDrained(2_000)).toBe(false);
  });

  it("is told once, and again only after its next record", () => {
    const { tap } = rig();
    tap.feed(drained(4));
    vi.advanceTimersByTime(1_000);
    expect([tap.drainedFor(1_000), tap.drainedFor(1_000)]).toEqual([true, false]);
    tap.feed(drained(4));
    vi.advanceTimersByTime(5_000);
    expect(tap.drainedFor(1_000)).toBe(false);
    tap.feed(fetched([4], 5, 5));
    tap.feed(drained(5));
    vi.advanceTimersByTime(1_000);
    expect(tap.drainedFor(1_000)).toBe(true);
  });

  it("is none whose answer came empty below the high watermark: a transaction stands open there", () => {
    const { tap } = rig();
    tap.feed(fetched([], 4, 9));
    vi.advanceTimersByTime(60_000);
    tap.feed(fetched([], 4, 9));
    expect(tap.drainedFor(1_000)).toBe(false);
  });

  it("is none that was never fetched", () => {
    vi.advanceTimersByTime(60_000);
    expect(rig().tap.drainedFor(1)).toBe(false);
  });

  it("begins its wait again with every record", () => {
    const { tap } = rig();
    tap.feed(drained(4));
    vi.advanceTimersByTime(900);
    tap.feed(fetched([4], 5, 5));
    tap.feed(drained(5));
    vi.advanceTimersByTime(900);
    expect(tap.drainedFor(1_000)).toBe(false);
  });
});
