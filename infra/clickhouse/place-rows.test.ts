import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import { type Placing, placeRows } from "./place-rows.ts";
import type { Row } from "./row.ts";
import { type SinkTable, tokenOf } from "./sink-table.ts";

const row = (offset: number): Row => ({
  record: { offset, timestampMs: 1_000 + offset, key: null, value: null, headers: {} },
  month: 202511,
  text: `[${offset}]`,
});
const place = { topic: "t", partition: 0 };

/** A table that knows tokens, refuses some offsets, and dies or loses its answer when it is told to. */
class FakeTable implements SinkTable {
  readonly rows: number[] = [];
  readonly tokens = new Set<string>();
  asked = 0;
  readonly bad: ReadonlySet<number>;
  /** What happens to the next insert. */
  fate: () => "well" | "lost before" | "lost after" | "burnt" = () => "well";

  constructor(bad: Iterable<number> = []) {
    this.bad = new Set(bad);
  }
  async held(rows: readonly Row[]): Promise<ReadonlySet<number>> {
    this.asked += 1;
    return new Set(rows.map(({ record }) => record.offset).filter((offset) => this.rows.includes(offset)));
  }
  async mayBurnTokens(): Promise<boolean> {
    return true;
  }
  async insert(rows: readonly Row[], _signal: AbortSignal, burnt: number): Promise<void> {
    const fate = this.fate();
    if (fate === "lost before") throw new Fault("GW_CLICKHOUSE_UNREACHABLE", "lost");
    if (rows.some(({ record }) => this.bad.has(record.offset))) throw new Fault("GW_ROW_REFUSED", "bad");
    const token = tokenOf(place, rows, burnt);
    if (fate === "burnt") {
      this.tokens.add(token);
      throw new Fault("GW_CLICKHOUSE_UNREACHABLE", "killed between the token and the part");
    }
    if (!this.tokens.has(token)) this.rows.push(...rows.map(({ record }) => record.offset));
    this.tokens.add(token);
    if (fate === "lost after") throw new Fault("GW_CLICKHOUSE_UNREACHABLE", "lost");
  }
  async highest(): Promise<number> {
    return Math.max(-1, ...this.rows);
  }
}

const placing = (table: SinkTable, over: Partial<Placing> = {}): Placing => ({
  table,
  signal: new AbortController().signal,
  late: () => false,
  async insist(work) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work(attempt);
      } catch (error) {
        if (!(error instanceof Fault && error.retriable)) throw error;
      }
    }
  },
  pause: async () => undefined,
  ...over,
});

describe("placeRows", () => {
  const rows = Array.from({ length: 20 }, (_, i) => row(i));

  it("asks nothing where nothing is in doubt", async () => {
    const table = new FakeTable();
    expect(await placeRows(rows, placing(table), false)).toEqual([]);
    expect(table.rows.length).toBe(20);
    expect(table.asked).toBe(0);
  });

  it("says of a refused row how often it was tried", async () => {
    const table = new FakeTable([0]);
    // Whole, lost once and then refused; its half of two, refused; by itself, refused.
    const fates = ["lost before"] as const;
    let turn = 0;
    table.fate = () => fates[turn++] ?? "well";
    expect(await placeRows(rows.slice(0, 4), placing(table), false)).toEqual([
      { record: rows[0]?.record, stage: "insert", code: "GW_ROW_REFUSED", message: expect.any(String), attempts: 4 },
    ]);
  });

  it("asks when its intent has become old", async () => {
    const table = new FakeTable();
    await placeRows(rows, placing(table, { late: () => true }), false);
    expect(table.asked).toBe(2);
  });

  it("gives up on a table that shows nothing of what it took", async () => {
    const table = Object.assign(new FakeTable(), { held: async () => new Set<number>() });
    await expect(placeRows(rows, placing(table), true)).rejects.toMatchObject({ code: "GW_CLICKHOUSE_REFUSED" });
  });

  it("finds the rows that are refused, and only those", async () => {
    const table = new FakeTable([3, 4, 19]);
    const refused = await placeRows(rows, placing(table), false);
    expect(refused.map(({ record }) => record.offset)).toEqual([3, 4, 19]);
    expect(table.rows.toSorted((a, b) => a - b)).toEqual(
      rows.map(({ record }) => record.offset).filter((offset) => ![3, 4, 19].includes(offset)),
    );
  });

  it("puts each good row there once, whatever is lost on the way and wherever owners die", async () => {
    const fates = fc.array(fc.constantFrom("well", "lost before", "lost after", "burnt", "dies before", "dies after"), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(19), { maxLength: 4 }), fates, fc.boolean(), async (bad, story, forgets) => {
        const table = new FakeTable(bad);
        const next = [...story];
        let refused: number[] = [];
        for (let owner = 0; ; owner += 1) {
          try {
            const dying = mortal(table, next);
            refused = (await placeRows(rows, placing(dying), owner > 0)).map(({ record }) => record.offset);
            break;
          } catch {
            // The tokens may be forgotten by the time the next owner comes: then the question alone must do.
            if (forgets) table.tokens.clear();
          }
        }
        expect(refused).toEqual(bad.toSorted((a, b) => a - b));
        expect([...table.rows, ...refused].sort((a, b) => a - b)).toEqual(rows.map(({ record }) => record.offset));
      }),
      { seed: 3, numRuns: 400 },
    );
  });
});

/** Follows the story, a fate an insert; an owner that dies does so with an error that nobody retries. */
function mortal(table: FakeTable, story: string[]): SinkTable {
  return {
    held: (rows) => table.held(rows),
    mayBurnTokens: () => table.mayBurnTokens(),
    highest: () => table.highest(),
    async insert(rows, signal, burnt) {
      const fate = story.shift() ?? "well";
      if (fate === "dies before") throw new Error("dead");
      table.fate = () => (fate === "lost before" || fate === "lost after" || fate === "burnt" ? fate : "well");
      await table.insert(rows, signal, burnt);
      if (fate === "dies after") throw new Error("dead");
    },
  };
}
