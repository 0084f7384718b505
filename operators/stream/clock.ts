import type { Mark } from "./internal-topic.ts";

/** Tells a lane what time it is in one of its inputs. Restored from a checkpoint together with the stores. */
export interface Clock<T> {
  /** Event time in microseconds; -Infinity before anything was seen. */
  readonly watermark: number;
  /** Looks at a record and the time the broker gave it, NaN without a broker; true where the watermark has stepped because of it. */
  see(value: T, brokerMs: number): boolean;
  dump(): ClockDump;
  load(dump: ClockDump): void;
}

/** A sending lane: how far it is, and until when by the broker's time nobody need wait for it; -Infinity where it is waited for. */
interface Source {
  watermark: number;
  idleUntilMs: number;
}

/** A clock as a checkpoint holds it. `sources` are the sending lanes of a MarkClock, empty for the others. */
export interface ClockDump {
  readonly watermark: number;
  readonly sources: readonly ({ readonly id: number } & Readonly<Source>)[];
}

/**
 * The largest event time seen less the allowed lateness, rounded down to a tick so that batches are not cut at every record.
 * `time` gives microseconds; lateness and tick are in microseconds.
 */
export class EventClock<T> implements Clock<T> {
  watermark = Number.NEGATIVE_INFINITY;
  readonly #time: (value: T) => number;
  readonly #lateness: number;
  readonly #tick: number;
  #threshold = Number.NEGATIVE_INFINITY;

  constructor(time: (value: T) => number, lateness: number, tick: number) {
    this.#time = time;
    this.#lateness = lateness;
    this.#tick = tick;
  }

  see(value: T): boolean {
    const time = this.#time(value);
    if (time < this.#threshold) return false;
    this.#set(Math.floor((time - this.#lateness) / this.#tick) * this.#tick);
    return true;
  }

  dump(): ClockDump {
    return { watermark: this.watermark, sources: [] };
  }

  load({ watermark }: ClockDump): void {
    this.#set(watermark);
  }

  /** The next time that will step it, so that most records cost one comparison. */
  #set(watermark: number): void {
    this.watermark = watermark;
    this.#threshold = watermark + this.#tick + this.#lateness;
  }
}

/**
 * The clock of an internal topic: the smallest watermark of all lanes that send, as their marks tell it. A lane not heard of
 * yet holds it back for ever, one that has said it is idle does not, as long as that is fresh: a lane whose worker is gone says it no
 * more, whatever waits for it meanwhile. Where all are idle it is the largest. It never goes back.
 */
export class MarkClock implements Clock<Mark> {
  watermark = Number.NEGATIVE_INFINITY;
  readonly #sources = new Map<number, Source>();

  /** True where the mark has moved the time. A body never does: it says only that its sender is not idle. */
  see({ from, lanes, watermark, idle, idleMs, body }: Mark, brokerMs: number): boolean {
    const source = this.#sources.get(from) ?? { watermark: Number.NEGATIVE_INFINITY, idleUntilMs: waitedFor };
    this.#sources.set(from, source);
    if (body !== null) {
      source.idleUntilMs = waitedFor;
      return false;
    }
    source.watermark = Math.max(source.watermark, watermark);
    // Without a broker nothing is ever away.
    if (idle) source.idleUntilMs = Number.isNaN(brokerMs) ? Number.POSITIVE_INFINITY : brokerMs + idleMs;
    else source.idleUntilMs = waitedFor;
    if (this.#sources.size < lanes) return false;
    const all = [...this.#sources.values()];
    const active = all.filter(({ idleUntilMs }) => idleUntilMs === waitedFor || idleUntilMs < brokerMs).map((other) => other.watermark);
    const reached = active.length > 0 ? Math.min(...active) : Math.max(...all.map((other) => other.watermark));
    if (reached <= this.watermark) return false;
    this.watermark = reached;
    return true;
  }

  dump(): ClockDump {
    return { watermark: this.watermark, sources: [...this.#sources].map(([id, source]) => ({ id, ...source })) };
  }

  load({ watermark, sources }: ClockDump): void {
    this.watermark = watermark;
    this.#sources.clear();
    for (const { id, ...source } of sources) this.#sources.set(id, source);
  }
}

const waitedFor = Number.NEGATIVE_INFINITY;

/** A table has no time of its own: it never holds a lane back. */
export class NoClock implements Clock<unknown> {
  readonly watermark = Number.POSITIVE_INFINITY;
  see(): boolean {
    return false;
  }
  dump(): ClockDump {
    return { watermark: this.watermark, sources: [] };
  }
  load(): void {}
}
