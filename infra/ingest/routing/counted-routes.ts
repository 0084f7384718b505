import { setTimeout as after } from "node:timers/promises";
import { Fault, faultOf } from "../../../schemas/faults/fault.ts";
import { topics } from "../../../schemas/topics/index.ts";
import { implausibleTime } from "../../../schemas/topics/time.ts";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { patiently } from "../../patience/patiently.ts";
import type { Intake } from "../intake.ts";
import { endlessPatience, type WaitingWays } from "../way-in.ts";
import { type GateShape, type RouteWindowOptions, RouteWindows } from "./route-windows.ts";
import { tokenRoute } from "./token-route.ts";

/** Times in milliseconds. */
export interface CountedRoutesOptions extends RouteWindowOptions, WaitingWays {
  /** The windows of an instance are closed when no token of it came for so long. */
  readonly idleMs: number;
  /**
   * How far a token's time may be ahead of this machine's, at most a window and the grace: no window of its instance would be closed
   * until the others have come as far.
   */
  readonly maxAheadMs: number;
  /** Takes one line for people. */
  say(line: string): void;
}

/** Experts of closed windows that go to Kafka in one call, some megabyte; also windows, which may be narrow. */
const pieceExperts = 100_000;
const pieceWindows = 1_000;

/**
 * Counts posted tokens into windows and brings closed windows to Kafka. Windows that Kafka does not take are kept and given
 * again before any other token is counted, so memory stays bounded. A token is safe once its window is closed and taken: a crash
 * loses the windows that are open, a few seconds of counts.
 */
export class CountedRoutes {
  readonly #options: CountedRoutesOptions;
  readonly #intake: Intake;
  readonly #windows: RouteWindows;
  readonly #closed: RouterEventInput[] = [];
  #closedExperts = 0;
  #delivering: Promise<void> | undefined;
  readonly #ended = new AbortController();
  readonly #watching: Promise<void>;
  #lateSaid = 0;

  constructor(options: CountedRoutesOptions, intake: Intake) {
    this.#options = options;
    this.#intake = intake;
    this.#windows = new RouteWindows(options);
    this.#watching = this.#watch();
  }

  /** Tokens that came too late, and those that were padding, since the start. */
  get passed(): { readonly late: number; readonly padding: number } {
    return { late: this.#windows.late, padding: this.#windows.padding };
  }

  /** Counts one parsed line. Throws a Fault of the GW_RECORD family. */
  add(value: unknown, shape: GateShape): void {
    const route = tokenRoute(value);
    const { windowMs, graceMs, maxAheadMs } = this.#options;
    const wrong = implausibleTime(route.ts, Date.now(), Math.min(maxAheadMs, windowMs + graceMs));
    if (wrong !== undefined) throw new Fault("GW_RECORD_TIME", wrong);
    this.#keep(this.#windows.add(route, shape, performance.now()));
  }

  /** Whether closed windows fill a call: none should be counted before they are delivered. */
  get isFull(): boolean {
    return this.#closedExperts >= pieceExperts || this.#closed.length >= pieceWindows;
  }

  #keep(closed: readonly RouterEventInput[]): void {
    for (const window of closed) {
      this.#closed.push(window);
      this.#closedExperts += window.numExperts;
    }
  }

  /** Resolves when every closed window is in Kafka. Throws what the intake throws; the windows are kept for the next time. */
  async deliver(): Promise<void> {
    // Whoever asks meanwhile waits for the same tries: one after the other would each wait for Kafka anew.
    if (this.#closed.length === 0) return;
    this.#delivering ??= this.#deliver();
    await this.#delivering;
  }

  async #deliver(): Promise<void> {
    try {
      while (this.#closed.length > 0) {
        const some = this.#piece();
        const { faults } = await this.#intake.take(topics.router, some);
        this.#closed.splice(0, some.length);
        for (const { numExperts } of some) this.#closedExperts -= numExperts;
        if (faults[0] !== undefined) this.#options.say(`routing: ${faults.length} windows are no records: ${faults[0].message}`);
      }
    } finally {
      this.#delivering = undefined;
    }
  }

  #piece(): RouterEventInput[] {
    let [count, experts] = [0, 0];
    for (const { numExperts } of this.#closed) {
      if (count === pieceWindows || (count > 0 && experts + numExperts > pieceExperts)) break;
      count += 1;
      experts += numExperts;
    }
    return this.#closed.slice(0, count);
  }

  /** Closes and delivers what is open. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#watching;
    this.#keep(this.#windows.flush());
    await this.deliver().catch((error) => {
      this.#options.say(`routing: ${this.#closed.length} windows are lost: ${faultOf(error, "GW_PART_FAILED", "writing them").message}`);
    });
  }

  async #watch(): Promise<void> {
    const { idleMs, say } = this.#options;
    const { signal } = this.#ended;
    const patience = endlessPatience("routing", this.#options, { say, stop: signal });
    while (!signal.aborted) {
      await after(idleMs / 4, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      this.#keep(this.#windows.closeSilent(performance.now() - idleMs));
      const { late, crowdedOut } = this.#windows;
      if (late > this.#lateSaid) say(`routing: ${late} tokens came after their window was closed; ${crowdedOut} windows were closed early`);
      this.#lateSaid = late;
      await patiently(() => this.deliver(), { every: "GW_INTAKE_UNAVAILABLE", ...patience }).catch(() => undefined);
    }
  }
}
