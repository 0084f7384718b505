import type { OperatorFunction } from "rxjs";
import type { Indicator, RequestEvent } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import type { TableChange } from "../stream/context.ts";
import { drop, none, ok } from "../stream/outcome.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";
import { IntelIndex, type Known, type Match } from "./intel-index.ts";

const known = {
  key: "string",
  indicator: "string",
  type: "string",
  source: "string",
  category: "string",
  description: "string",
  confidence: "float64",
  expiresTs: "float64",
} as const;
const fields = { indicators: { list: { struct: known } } } as const;
type Table = StructOf<typeof fields>;

/** A change of the table or a request, in the order in which the lane took them. */
export type IntelInput =
  | { readonly change: TableChange<Indicator>; readonly event?: undefined }
  | { readonly event: RequestEvent; readonly change?: undefined };

/** A request and the indicators it met; none for most. */
export interface Sighting {
  readonly event: RequestEvent;
  readonly met: readonly Match[];
}

/** What is derived from a table's state: never saved, made anew where the state came from a checkpoint. */
interface Derived {
  readonly index: IntelIndex;
  readonly positions: Map<string, number>;
  /** No indicator expires before it: there is nothing to look for until then. */
  nextExpiry: number;
}
const derived = new WeakMap<Table, Derived>();

/**
 * Sets what is known to be bad beside each request. An indicator counts from where its record stands in the lane's order, until it is
 * taken back or its time has passed at the time of the request. A full table forgets what has expired; where that makes no room, new
 * ones are left out and counted.
 */
export function intelMatch(
  name: string,
  { maxIndicators, store }: { readonly maxIndicators: number; readonly store: StoreFactory },
): OperatorFunction<Batch<IntelInput>, Batch<Sighting>> {
  return stage<Table, IntelInput, Sighting>(
    name,
    {
      kind: "intel-match",
      summary: "Sets the indicators that a request meets beside it",
      settings: { maxIndicators },
      state: { codec: struct(fields), initial: () => ({ indicators: [] }) },
      drops: ["table-full"],
      step(table, { change, event }, { scored, watermark }) {
        if (change !== undefined) return apply(table, change, maxIndicators, watermark) ? none() : drop("table-full");
        const met = table.indicators.length === 0 ? noMatch : derivedOf(table).index.matches(event);
        for (const {
          known: { confidence },
        } of met)
          scored?.("intel.match", confidence, null);
        return ok({ event, met });
      },
    },
    // One table a lane, never forgotten.
    { key: () => "all", maxKeys: 1, ttl: Number.POSITIVE_INFINITY, store },
  );
}

function derivedOf(table: Table): Derived {
  let made = derived.get(table);
  if (made === undefined) {
    made = { index: new IntelIndex(), positions: new Map(), nextExpiry: Number.POSITIVE_INFINITY };
    for (const [position, one] of table.indicators.entries()) {
      made.index.add(one as Known);
      putAt(made, one, position);
    }
    derived.set(table, made);
  }
  return made;
}

function putAt(made: Derived, { key, expiresTs }: Pick<Known, "key" | "expiresTs">, position: number): void {
  made.positions.set(key, position);
  if (expiresTs < made.nextExpiry) made.nextExpiry = expiresTs;
}

const noMatch: readonly Match[] = [];

/** False where there is no room. What is removed gives its position to the last one, so that removing costs no shift. */
function apply(table: Table, { key, value }: TableChange<Indicator>, most: number, watermark: number): boolean {
  const made = derivedOf(table);
  const { index, positions } = made;
  const position = positions.get(key);
  if (position !== undefined) {
    index.remove(table.indicators[position] as Known);
    const last = table.indicators.pop();
    positions.delete(key);
    if (last !== undefined && last.key !== key) {
      table.indicators[position] = last;
      positions.set(last.key, position);
    }
  }
  if (value === null) return true;
  const { indicator, type, source, confidence, category, description, expiresTs, ts } = value;
  // A table is read before the first request, when there is no other time than that of its records.
  if (table.indicators.length >= most) forgetExpired(table, Math.max(watermark, ts));
  if (table.indicators.length >= most) return false;
  const one = { key, indicator, type, source, confidence, category, description, expiresTs: expiresTs ?? Number.NaN };
  putAt(made, one, table.indicators.length);
  table.indicators.push(one);
  index.add(one);
  return true;
}

function forgetExpired(table: Table, now: number): void {
  const made = derivedOf(table);
  if (now < made.nextExpiry) return;
  made.positions.clear();
  made.nextExpiry = Number.POSITIVE_INFINITY;
  const kept: Table["indicators"] = [];
  for (const one of table.indicators) {
    if (one.expiresTs <= now) {
      made.index.remove(one as Known);
    } else {
      putAt(made, one, kept.length);
      kept.push(one);
    }
  }
  table.indicators = kept;
}
