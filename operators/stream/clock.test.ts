import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventClock, MarkClock } from "./clock.ts";
import type { Mark } from "./internal-topic.ts";

const mark = (from: number, watermark: number, idle = false, lanes = 2): Mark => ({
  from,
  lanes,
  watermark,
  idle,
  idleMs: idle ? 5 : 0,
  sources: [],
  body: null,
});
const body = (from: number): Mark => ({ ...mark(from, 0), body: {} });
/** The broker's time where there is none. */
const unbrokered = Number.NaN;
const unknown = Number.NEGATIVE_INFINITY;

describe("the clock of event time", () => {
  it("steps in whole ticks, the lateness behind the latest time, and never back", () => {
    const clock = new EventClock<number>((time) => time, 5, 10);
    const watermarks = [3, 14, 15, 24, 25, 8, 90, 20].map((time) => {
      clock.see(time);
      return clock.watermark;
    });
    expect(watermarks).toEqual([-10, 0, 10, 10, 20, 20, 80, 80]);
  });

  it("says that it stepped exactly when it did", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 })),
        fc.nat(20),
        fc.integer({ min: 1, max: 30 }),
        (times, lateness, tick) => {
          const clock = new EventClock<number>((time) => time, lateness, tick);
          for (const time of times) {
            const before = clock.watermark;
            expect(clock.see(time)).toBe(clock.watermark > before);
            expect(clock.watermark).toBeGreaterThanOrEqual(before);
          }
          const latest = Math.max(...times);
          if (times.length > 0) expect(clock.watermark).toBe(Math.floor((latest - lateness) / tick) * tick);
        },
      ),
    );
  });
});

describe("the clock of marks", () => {
  it("waits for every lane to be heard of", () => {
    const clock = new MarkClock();
    expect(clock.see(mark(0, 100), unbrokered)).toBe(false);
    expect(clock.watermark).toBe(unknown);
    expect(clock.see(mark(1, 40), unbrokered)).toBe(true);
    expect(clock.watermark).toBe(40);
  });

  it("is not held back by an idle lane, until that one sends again", () => {
    const clock = new MarkClock();
    for (const one of [mark(0, 100), mark(1, 40), mark(1, 40, true)]) clock.see(one, unbrokered);
    expect(clock.watermark).toBe(100);
    clock.see(body(1), unbrokered);
    clock.see(mark(0, 300), unbrokered);
    expect(clock.watermark).toBe(100);
    clock.see(mark(1, 250), unbrokered);
    expect(clock.watermark).toBe(250);
  });

  it("waits for a lane that said it was idle and has not said so again: its worker may be gone, and there may be something to read", () => {
    const clock = new MarkClock();
    clock.see(mark(0, 100), 1_000);
    clock.see(mark(1, 40, true), 1_000);
    expect(clock.see(mark(0, 200), 1_005)).toBe(true);
    expect(clock.see(mark(0, 300), 1_006)).toBe(false);
    expect(clock.watermark).toBe(200);
    clock.see(mark(1, 40, true), 1_010);
    expect(clock.watermark).toBe(300);
    clock.see(mark(0, 400), 9_000);
    expect(clock.see(mark(1, 350), 9_001)).toBe(true);
    expect(clock.watermark).toBe(350);
  });

  it("takes the latest where all are idle, also from lanes that never had a record", () => {
    const clock = new MarkClock();
    clock.see(mark(0, 100, true), unbrokered);
    clock.see(mark(1, unknown, true), unbrokered);
    expect(clock.watermark).toBe(100);
  });

  it("goes on from its dump as if nothing had happened", () => {
    const marks = fc.record({ from: fc.nat(2), watermark: fc.nat(100), idle: fc.boolean(), isBody: fc.boolean(), brokerMs: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(marks), fc.array(marks), (before, after) => {
        const asMark = (one: { from: number; watermark: number; idle: boolean; isBody: boolean }) =>
          one.isBody ? body(one.from) : mark(one.from, one.watermark, one.idle, 3);
        const whole = new MarkClock();
        const first = new MarkClock();
        for (const one of before) for (const clock of [whole, first]) clock.see(asMark(one), one.brokerMs);
        const second = new MarkClock();
        second.load(first.dump());
        for (const one of after) expect(second.see(asMark(one), one.brokerMs)).toBe(whole.see(asMark(one), one.brokerMs));
        expect(second.dump()).toEqual(whole.dump());
      }),
    );
  });
});
