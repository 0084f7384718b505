/** One counter as it stands at one source: a worker, a partition. */
export interface Counted {
  readonly source: string;
  /** What it is summed under. */
  readonly key: string;
  readonly value: number;
}

/** Long enough that a lane which commits once a second gives a steady figure, short enough to see a stop. */
const windowMs = 10_000;
/** Nothing is said over less: two looks right after another tell nothing. */
const shortestMs = 500;

/**
 * Rates from counters that are looked at now and then, summed over sources. A source that begins anew (a restarted worker) counts
 * from zero; one that is gone adds nothing more. Times handed in are those of one clock in milliseconds and do not go back.
 */
export class Rates {
  readonly #last = new Map<string, number>();
  readonly #totals = new Map<string, number>();
  #looks: { readonly atMs: number; readonly totals: ReadonlyMap<string, number> }[] = [];

  look(atMs: number, counters: readonly Counted[]): void {
    for (const { source, key, value } of counters) {
      const id = JSON.stringify([source, key]);
      const last = this.#last.get(id);
      const more = last === undefined ? 0 : value < last ? value : value - last;
      this.#last.set(id, value);
      this.#totals.set(key, (this.#totals.get(key) ?? 0) + more);
    }
    this.#looks.push({ atMs, totals: new Map(this.#totals) });
    // One at the far edge stays, so that rare looks still have a look to compare with.
    while ((this.#looks[1]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs - windowMs) this.#looks.shift();
  }

  /** A second, over the last ten seconds or since the look before those; null where it was not seen twice. */
  perS(key: string): number | null {
    const newest = this.#looks.at(-1);
    const oldest = this.#looks.find(({ totals }) => totals.has(key));
    if (newest === undefined || oldest === undefined || newest.atMs - oldest.atMs < shortestMs) return null;
    return ((newest.totals.get(key) ?? 0) - (oldest.totals.get(key) ?? 0)) / ((newest.atMs - oldest.atMs) / 1_000);
  }
}
