import { setImmediate as nextTurn } from "node:timers/promises";
import type { LogRecord } from "../../operators/stream/record.ts";
import type { Refused, Row } from "./row.ts";
import type { RowMaker } from "./rows.ts";

/** Records made into rows at a time, some milliseconds' worth: the lanes of this process have the event loop in between. */
const rowsAtOnce = 500;

export interface BlockRows {
  /** Of each table partition, since an insert that touches two is two inserts. Ascending in each. */
  readonly months: readonly (readonly Row[])[];
  readonly refused: Refused[];
}

/** `ready` is awaited before records are decoded: their schemas must be known by then. */
export async function blockRows(
  records: readonly LogRecord[],
  maker: RowMaker,
  ready: (some: readonly LogRecord[]) => Promise<void>,
): Promise<BlockRows> {
  const months = new Map<number, Row[]>();
  const refused: Refused[] = [];
  for (let i = 0; i < records.length; i += rowsAtOnce) {
    const some = records.slice(i, i + rowsAtOnce);
    await ready(some);
    for (const record of some) {
      const row = maker.row(record);
      if ("code" in row) {
        refused.push(row);
        continue;
      }
      const month = months.get(row.month);
      if (month === undefined) months.set(row.month, [row]);
      else month.push(row);
    }
    await nextTurn();
  }
  return { months: [...months.values()], refused };
}
