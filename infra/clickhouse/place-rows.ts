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
  pause(ms: number): Promise<void>;
}

/** An insert that another has made superfluous is answered when that one's part is there or about to be; far longer than "about". */
const aboutMs = 500;
/** A server is hardly killed so often at one block: then something else hides the rows. */
const mostBurnt = 10;

/**
 * Brings the rows of one table partition into the table, each exactly once, whatever happened to them before. Returns those
 * that ClickHouse refuses, found by halving, each with how often it was tried (`triedBefore` as part of more rows).
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
 * A server that is killed may have written a token down and not the part: it then answers "done" and holds nothing. So in
 * doubt the question is put again after the insert, and where the token was burnt the rows come under its next one, in the
 * same order for every owner. A late insert under a burnt token is left out like any other.
 *
 * What stays open: an owner that is stopped between its last look at the clock (`late`) and the first byte to the socket, and
 * sleeps there until 10,000 other inserts have passed.
 */
export async function placeRows(rows: readonly Row[], placing: Placing, doubt: boolean, triedBefore = 0): Promise<Refused[]> {
  let asks = doubt;
  let attempts = triedBefore;
  const outcome = await placing.insist(async (attempt): Promise<"there" | "halve" | Refused> => {
    attempts += 1;
    asks ||= attempt > 0 || placing.late();
    try {
      if (asks) return await placeAsking(rows, placing);
      await placing.table.insert(rows, placing.signal, 0);
      return "there";
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "GW_ROW_REFUSED") throw error;
      const [row] = rows;
      if (rows.length > 1 || row === undefined) return "halve";
      return { record: row.record, stage: "insert", code: error.code, message: error.message, attempts };
    }
  });
  if (outcome === "there") return [];
  if (outcome !== "halve") return [outcome];
  const middle = rows.length >> 1;
  const first = await placeRows(rows.slice(0, middle), placing, asks, attempts);
  return [...first, ...(await placeRows(rows.slice(middle), placing, asks, attempts))];
}

async function placeAsking(rows: readonly Row[], placing: Placing): Promise<"there" | "halve"> {
  const { table, signal, pause } = placing;
  for (let burnt = 0; burnt < mostBurnt; burnt += 1) {
    const before = await presence(rows, placing);
    if (before !== "none") return before;
    await table.insert(rows, signal, burnt);
    const after = await presence(rows, placing);
    if (after !== "none") return after;
    if (!(await table.mayBurnTokens(signal))) return "there";
    await pause(aboutMs);
  }
  const message = `ClickHouse says that it took ${rows.length} rows and shows none of them: has this user the right to see them?`;
  throw new Fault("GW_CLICKHOUSE_REFUSED", message, { first: rows[0]?.record.offset });
}

async function presence(rows: readonly Row[], { table, signal }: Placing): Promise<"there" | "halve" | "none"> {
  const held = await table.held(rows, signal);
  if (held.size === 0) return "none";
  return held.size === rows.length ? "there" : "halve";
}
