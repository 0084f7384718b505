import { Fault } from "../../schemas/faults/fault.ts";
import type { Refused, Row } from "./row.ts";
import type { SinkTable } from "./sink-table.ts";

export interface Placing {
  readonly table: SinkTable;
  readonly signal: AbortSignal;
  /** Whether the intent is so old that its tokens may be forgotten. */
  late(): boolean;
  /** Runs the work again, with a rising number, for as long as it fails in a way that may pass. */
  insist<R>(work: (attempt: number) => Promise<R>): Promise<R>;
}

/**
 * Brings the rows of one table partition into the table, each exactly once, whatever happened to them before. Returns those
 * that ClickHouse refuses, found by halving.
 *
 * Two nets, each for what the other cannot hold:
 *
 * - *The question.* In doubt (after a recovery, a failed attempt, a long pause) the table is asked which of the rows it holds;
 *   what it holds is not inserted again. This needs no memory of tokens, but an insert that is still under way, of an owner
 *   that was replaced, may land just after the answer.
 * - *The token.* The same rows always come under the same token, so whichever of two such inserts lands second is left out:
 *   ClickHouse takes the token and the part in one step. This holds for the newest 10,000 inserts into the table.
 *
 * For both to work together all owners must walk the same tree: the block that the intent names, split by table partition,
 * then halves of halves. So rows that are there in part are not filled up by "the missing ones", a set that only this owner
 * would know, but by going down to the halves, as the owner before did that left them so.
 *
 * What stays open: an owner that is stopped between its last look at the clock (`late`) and the first byte to the socket, and
 * sleeps there until 10,000 other inserts have passed.
 */
export async function placeRows(rows: readonly Row[], placing: Placing, doubt: boolean): Promise<Refused[]> {
  let asks = doubt;
  const { table, signal, late, insist } = placing;
  const outcome = await insist(async (attempt): Promise<"there" | "halve" | Refused> => {
    asks ||= attempt > 0 || late();
    if (asks) {
      const held = await table.held(rows, signal);
      if (held.size === rows.length) return "there";
      if (held.size > 0) return "halve";
    }
    try {
      await table.insert(rows, signal);
      return "there";
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "GW_ROW_REFUSED") throw error;
      const [row] = rows;
      if (rows.length > 1 || row === undefined) return "halve";
      return { record: row.record, stage: "insert", code: error.code, message: error.message };
    }
  });
  if (outcome === "there") return [];
  if (outcome !== "halve") return [outcome];
  const middle = rows.length >> 1;
  const first = await placeRows(rows.slice(0, middle), placing, asks);
  return [...first, ...(await placeRows(rows.slice(middle), placing, asks))];
}
