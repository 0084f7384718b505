import { type Arrival, blockTokens } from "../requests/arrival.ts";
import { PrefixCache } from "./prefix-cache.ts";
import { type Change, held, type Sequence } from "./sequence.ts";

/** A GPU server of middling size. Times are those of a healthy one. */
export const engineSize = {
  maxRunning: 48,
  kvBlocks: 1_000,
  cacheBlocks: 4_000,
  prefillTokensPerS: 14_000,
  /** Between two tokens of one sequence: alone, and more for each other that runs. */
  itlMs: 16,
  itlMsPerRunning: 0.25,
  /** Longer queues are refused, longer waits given up. */
  maxWaiting: 256,
  patienceMs: 30_000,
} as const;

/** Running totals since the engine started, as its metrics have them. */
export interface EngineTotals {
  promptTokens: number;
  generationTokens: number;
  finished: number;
  aborted: number;
  preemptions: number;
  ttftS: number;
  ttftCount: number;
  itlS: number;
  itlCount: number;
  e2eS: number;
  queueS: number;
  cacheQueries: number;
  cacheHits: number;
  steps: number;
}

/**
 * Continuous batching in steps of a fraction of a second: a queue, chunked prefill from its head, decoding of all that run, KV
 * blocks that fill up, and preemption of the youngest where they are gone. What it measures follows from what it was sent.
 */
export class Engine {
  readonly totals: EngineTotals = {
    ...{ promptTokens: 0, generationTokens: 0, finished: 0, aborted: 0, preemptions: 0, steps: 0 },
    ...{ ttftS: 0, ttftCount: 0, itlS: 0, itlCount: 0, e2eS: 0, queueS: 0, cacheQueries: 0, cacheHits: 0 },
  };
  /** Times longer than a healthy one's: the slowest rank of each layer holds up all others. */
  slowdown = 1;
  readonly #cache = new PrefixCache(engineSize.cacheBlocks);
  readonly #running: Sequence[] = [];
  readonly #waiting: Sequence[] = [];
  /** Left in this window; what they computed in it counts. */
  #left: Sequence[] = [];

  get running(): number {
    return this.#running.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Of 1. */
  get kvUsage(): number {
    return Math.min(1, this.#blocks() / engineSize.kvBlocks);
  }

  /** In its turn, or REJECTED where the queue is full. */
  take(arrival: Arrival): Change | undefined {
    const sequence: Sequence = {
      arrival,
      cachedTokens: 0,
      ...{ prefillLeft: 0, produced: 0, scheduledMs: null, firstTokenMs: null, preemptions: 0, windowTokens: 0 },
    };
    if (this.#waiting.length >= engineSize.maxWaiting) return { state: "REJECTED", atMs: arrival.atMs, sequence };
    const found = Math.min(this.#cache.use(arrival.hashIds) * blockTokens, arrival.inputTokens - 1);
    this.totals.cacheQueries += arrival.inputTokens;
    this.totals.cacheHits += found;
    this.#waiting.push({ ...sequence, cachedTokens: found, prefillLeft: arrival.inputTokens - found });
    return undefined;
  }

  /** The time from `atMs` for `dtMs` on; what has changed in it, not in order of time. */
  step(atMs: number, dtMs: number): Change[] {
    const changes = this.#giveUp(atMs);
    this.#schedule(atMs);
    const itlMs = (engineSize.itlMs + engineSize.itlMsPerRunning * this.#running.length) * this.slowdown;
    this.totals.steps += dtMs / itlMs;
    const decoding = this.#running.filter(({ prefillLeft }) => prefillLeft === 0);
    this.#prefill(atMs, dtMs);
    for (const sequence of decoding) this.#decode(sequence, atMs, dtMs, itlMs, changes);
    this.#preempt(atMs + dtMs, changes);
    return changes;
  }

  /** Everything that computed tokens since the last call, with how many; the next window begins. */
  closeWindow(): { arrival: Arrival; tokens: number }[] {
    const all = [...this.#left, ...this.#running, ...this.#waiting].filter(({ windowTokens }) => windowTokens > 0);
    const loads = all.map(({ arrival, windowTokens }) => ({ arrival, tokens: Math.round(windowTokens) }));
    for (const sequence of all) sequence.windowTokens = 0;
    this.#left = [];
    return loads.filter(({ tokens }) => tokens > 0);
  }

  #blocks(): number {
    return this.#running.reduce((sum, sequence) => sum + held(sequence), 0);
  }

  #giveUp(atMs: number): Change[] {
    const gone: Change[] = [];
    for (let i = this.#waiting.length - 1; i >= 0; i -= 1) {
      const sequence = this.#waiting[i] as Sequence;
      if (atMs - sequence.arrival.atMs < engineSize.patienceMs) continue;
      this.#waiting.splice(i, 1);
      this.#left.push(sequence);
      this.totals.aborted += 1;
      gone.push({ state: "ABORTED", atMs, sequence });
    }
    return gone;
  }

  #schedule(atMs: number): void {
    let free = engineSize.kvBlocks - this.#blocks();
    while (this.#running.length < engineSize.maxRunning) {
      const next = this.#waiting[0];
      if (next === undefined || held(next) > free) return;
      free -= held(next);
      this.#waiting.shift();
      if (next.scheduledMs === null) {
        next.scheduledMs = Math.max(atMs, next.arrival.atMs);
        this.totals.queueS += (next.scheduledMs - next.arrival.atMs) / 1_000;
      }
      this.#running.push(next);
    }
  }

  #prefill(atMs: number, dtMs: number): void {
    const perMs = engineSize.prefillTokensPerS / 1_000 / this.slowdown;
    let usedMs = 0;
    for (const sequence of this.#running) {
      if (sequence.prefillLeft === 0) continue;
      const beginMs = Math.max(usedMs, (sequence.scheduledMs ?? atMs) - atMs);
      const done = Math.min(sequence.prefillLeft, Math.max(0, (dtMs - beginMs) * perMs));
      sequence.prefillLeft -= done;
      sequence.windowTokens += done;
      this.totals.promptTokens += done;
      usedMs = beginMs + done / perMs;
      if (sequence.prefillLeft > 0) return;
      if (sequence.firstTokenMs !== null) continue;
      sequence.firstTokenMs = atMs + usedMs;
      sequence.produced = 1;
      this.totals.ttftS += (sequence.firstTokenMs - sequence.arrival.atMs) / 1_000;
      this.totals.ttftCount += 1;
    }
  }

  #decode(sequence: Sequence, atMs: number, dtMs: number, itlMs: number, changes: Change[]): void {
    const left = sequence.arrival.outputTokens - sequence.produced;
    const made = Math.min(left, dtMs / itlMs);
    sequence.produced += made;
    sequence.windowTokens += made;
    this.totals.generationTokens += made;
    this.totals.itlS += (made * itlMs) / 1_000;
    this.totals.itlCount += made;
    if (made < left) return;
    this.#running.splice(this.#running.indexOf(sequence), 1);
    this.#left.push(sequence);
    const endMs = atMs + made * itlMs;
    this.totals.finished += 1;
    this.totals.e2eS += (endMs - sequence.arrival.atMs) / 1_000;
    changes.push({ state: "FINISHED", atMs: endMs, sequence });
  }

  #preempt(atMs: number, changes: Change[]): void {
    let blocks = this.#blocks();
    while (blocks > engineSize.kvBlocks && this.#running.length > 1) {
      const youngest = this.#running.pop() as Sequence;
      blocks -= held(youngest);
      youngest.preemptions += 1;
      youngest.prefillLeft = youngest.arrival.inputTokens + youngest.produced;
      this.totals.preemptions += 1;
      this.#waiting.unshift(youngest);
      changes.push({ state: "PREEMPTED", atMs, sequence: youngest });
    }
  }
}
