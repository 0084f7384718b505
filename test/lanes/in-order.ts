import type { LoadWindow, RequestEvent } from "../../schemas/types/avro.ts";
import { type Random, seeded } from "../../scripts/simulate/random.ts";
import { startMs } from "../pipelines/input-record.ts";
import { requestDefaults } from "../pipelines/requests.ts";
import { groupOf, type Reading } from "./pipelines.ts";

const second = 1_000_000;
const start = startMs * 1_000;
const windowS = 10;
/** As the pipelines that are fed allow it. */
const latenessS = 10;
/** Less than the lateness: whoever waits for each round to be taken lets no lane fall behind the others by more. */
const roundS = 5;

/** Of which partition there is something in a round: of 0 and 1 always, of 2 never, of 3 in every seventh. */
const counts = (random: Random, round: number): readonly (readonly [partition: number, count: number])[] => [
  [0, random.int(3, 8)],
  [1, random.int(1, 4)],
  [3, round % 7 === 5 ? random.int(1, 3) : 0],
];

/** Microseconds, in order, all of one round. */
const times = (random: Random, round: number, count: number): number[] =>
  Array.from({ length: count }, () => start + round * roundS * second + random.int(0, roundS * second - 1)).sort((a, b) => a - b);

const windowOf = (ts: number): number => ts - (ts % (windowS * second));

/** Rounds of five seconds in the order of time, and what must come of them. */
abstract class Rounds<T> {
  /** Begun so far. */
  protected round = 0;
  protected readonly random: Random;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  protected abstract some(partition: number, times: readonly number[]): T[];

  /** The next round, by partition. */
  next(): Map<number, T[]> {
    const told = new Map<number, T[]>();
    for (const [partition, count] of counts(this.random, this.round)) {
      if (count > 0) told.set(partition, this.some(partition, times(this.random, this.round, count)));
    }
    this.round += 1;
    return told;
  }

  /** Start of the first window that may still be open once all rounds have been taken. */
  protected get openFrom(): number {
    return windowOf(start + ((this.round - 1) * roundS - latenessS - 1) * second);
  }
}

/** Requests, some told in two states, some ends told twice. */
export class RequestRounds extends Rounds<RequestEvent> {
  readonly #sums = new Map<number, { requests: number; inputTokens: number; outputTokens: number }>();
  #told = 0;

  protected some(partition: number, at: readonly number[]): RequestEvent[] {
    const events = at.flatMap((ts): RequestEvent[] => {
      const inputTokens = this.random.int(1, 900);
      const outputTokens = this.random.int(1, 300);
      const request = { ...requestDefaults, requestId: `r${this.#told++}`, tenantHash: `t${partition}`, ts, inputTokens, outputTokens };
      // Ends in the round it began in.
      const endTs = this.random.next() < 0.3 ? Math.max(ts, at.at(-1) ?? ts) : ts;
      this.#add(ts, 1, inputTokens, 0);
      this.#add(endTs, 0, 0, outputTokens);
      const end = { ...request, ts: endTs };
      const begin = endTs > ts ? [{ ...request, state: "RECEIVED" as const, outputTokens: 0 }] : [];
      return [...begin, end, ...(this.random.next() < 0.1 ? [end] : [])];
    });
    return events.sort((a, b) => a.ts - b.ts);
  }

  /** The windows that must be there, and of each window that is there what it must say. */
  expected(written: readonly LoadWindow[]): { closed: number[]; windows: unknown[] } {
    const closed = [...this.#sums.keys()].filter((from) => from < this.openFrom).sort((a, b) => a - b);
    const nothing = { requests: 0, inputTokens: 0, outputTokens: 0 };
    return { closed, windows: written.map(({ windowStart }) => ({ windowStart, ...(this.#sums.get(windowStart) ?? nothing) })) };
  }

  #add(ts: number, requests: number, inputTokens: number, outputTokens: number): void {
    const from = windowOf(ts);
    const sums = this.#sums.get(from) ?? { requests: 0, inputTokens: 0, outputTokens: 0 };
    this.#sums.set(from, sums);
    sums.requests += requests;
    sums.inputTokens += inputTokens;
    sums.outputTokens += outputTokens;
  }
}

/** Readings whose groups lie in all partitions. */
export class ReadingRounds extends Rounds<Reading> {
  readonly #sums = new Map<string, { from: number; count: number; sum: number }>();

  protected some(partition: number, at: readonly number[]): Reading[] {
    return at.map((ts) => {
      const reading = { key: `p${partition}-${this.random.int(0, 20)}`, ts, value: this.random.int(1, 100) };
      const from = windowOf(ts);
      const window = `${groupOf(reading.key)}|${from}`;
      const { count, sum } = this.#sums.get(window) ?? { count: 0, sum: 0 };
      this.#sums.set(window, { from, count: count + 1, sum: sum + reading.value });
      return reading;
    });
  }

  /** As `rekeyTest` writes them: those that must be there, and all that may. */
  expected(): { closed: string[]; all: Set<string> } {
    const text = ([window, { count, sum }]: [string, { count: number; sum: number }]) => `${window}|${count}|${sum}`;
    return { closed: [...this.#sums].filter(([, { from }]) => from < this.openFrom).map(text), all: new Set([...this.#sums].map(text)) };
  }
}
