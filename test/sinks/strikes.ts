import type { SinkTable } from "../../infra/clickhouse/sink-table.ts";
import { type Random, seeded } from "../../scripts/simulate/random.ts";

/** Where in the life of a block its worker dies. */
export const moments = ["before the insert", "during the insert", "after the insert"] as const;
export type Moment = (typeof moments)[number];

/**
 * Stands between lanes and their tables and kills at random moments inside a block: its intent is committed, its end is not.
 * "During" sends the insert on its way and dies at once, so that it may land while the next owner is already at work.
 */
export class Strikes {
  readonly struck: Record<Moment, number> = { "before the insert": 0, "during the insert": 0, "after the insert": 0 };
  readonly #random: Random;
  readonly #kill: () => void;
  #left: number;

  constructor(seed: number, kill: () => void) {
    this.#random = seeded(seed);
    this.#kill = kill;
    this.#left = this.#until();
  }

  readonly between = (table: SinkTable): SinkTable => ({
    ...table,
    insert: async (rows, signal, burnt) => {
      this.#left -= 1;
      if (this.#left !== 0) return table.insert(rows, signal, burnt);
      this.#left = this.#until();
      const moment = moments[this.#random.int(0, moments.length - 1)] as Moment;
      this.struck[moment] += 1;
      const deaf = new AbortController().signal;
      if (moment === "after the insert") await table.insert(rows, deaf, burnt);
      if (moment === "during the insert") void table.insert(rows, deaf, burnt).catch(() => undefined);
      this.#kill();
      return new Promise<void>(() => undefined);
    },
  });

  #until(): number {
    return this.#random.int(1, 6);
  }
}
