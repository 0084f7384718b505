import type { OperatorFunction } from "rxjs";
import type { Batch } from "../stream/batch.ts";
import { type FieldSpecs, type StructOf, struct } from "../stream/codec.ts";
import { drop, none } from "../stream/outcome.ts";
import { type At, stage, type Wiring } from "../stream/stage.ts";

/** What is kept of a window's records, and what becomes of it. `fields` is its form in a checkpoint. */
export interface Aggregate<F extends FieldSpecs, In, Out> {
  readonly fields: F;
  /** From the window's first record; `add` is called for that one too. */
  initial(first: In, at: At): StructOf<F>;
  /** In place, in the order of the records. */
  add(kept: StructOf<F>, record: In, at: At): void;
  /** `start` and `end` in microseconds of event time; `end` is exclusive. */
  result(kept: StructOf<F>, start: number, end: number, key: string): Out;
}

/** How the windows lie and what is made of them. */
export interface TumblingOptions<F extends FieldSpecs, In, Out> extends Wiring<In> {
  /** Length in microseconds. Windows begin at whole multiples of it since 1970, whatever the first record says. */
  readonly size: number;
  /** Event time of a record in microseconds. */
  readonly time: (record: In) => number;
  readonly aggregate: Aggregate<F, In, Out>;
  /** What comes out is added up in another part of the pipeline: a window is given out in pieces, one whenever its lane has nothing left to read. */
  readonly partial?: boolean;
}

/**
 * One value for each key and window, when the watermark passes the window's end.
 *
 *     records   a   b  |  c        | d        ─▶    | is the end of a window
 *     windows          |           | [ab]     ─▶    a and b, once the watermark has passed
 *
 * A `partial` one does not wait for that where its lane has nothing left to read: the time of the other lanes goes on, and a piece
 * that came later would be late where all meet. What comes after it for the same window is another piece.
 *
 * A record is late where its window had ended before it came: counted as dropped, reason `late`. Windows of one end close in
 * the order of their keys. State: a key's open windows, two at most unless the allowed lateness is longer than a window.
 */
export function tumblingWindow<const F extends FieldSpecs, In, Out>(
  name: string,
  { size, time, aggregate, partial = false, ...wiring }: TumblingOptions<F, In, Out>,
): OperatorFunction<Batch<In>, Batch<Out>> {
  /** Every open window of the key, since with a long lateness several are open at once. */
  const codec = struct({ open: { list: { struct: { start: "int64", kept: { struct: aggregate.fields } } } } });
  type Open = { start: number; kept: StructOf<F> };
  type State = { open: Open[] };
  return stage<State, In, Out>(
    name,
    {
      kind: "tumbling-window",
      summary: `One value a key and ${size / 1e6} s, when the watermark passes`,
      settings: { sizeS: size / 1e6 },
      // The codec's type is computed from `aggregate.fields`; TypeScript cannot see through the nesting.
      state: { codec: codec as never, initial: () => ({ open: [] }) },
      drops: ["late"],
      partial,
      step({ open }, record, at) {
        const start = Math.floor(time(record) / size) * size;
        if (start + size <= at.watermark) return drop("late");
        let window = open.find((one) => one.start === start);
        if (window === undefined) {
          window = { start, kept: aggregate.initial(record, at) };
          open.push(window);
          open.sort((a, b) => a.start - b.start);
        }
        aggregate.add(window.kept, record, at);
        return none();
      },
      due: ({ open }) => (open[0] === undefined ? Number.NaN : open[0].start + size),
      close({ open }, at) {
        const closed: Out[] = [];
        while (open[0] !== undefined && open[0].start + size <= at.watermark) {
          const { start, kept } = open[0];
          open.shift();
          closed.push(aggregate.result(kept, start, start + size, at.key));
        }
        return closed;
      },
      done: ({ open }) => open.length === 0,
    },
    wiring,
  );
}
