import { map } from "rxjs";
import { z } from "zod";
import type { Batch } from "../../operators/stream/batch.ts";
import { struct } from "../../operators/stream/codec.ts";
import type { TableChange } from "../../operators/stream/context.ts";
import { ok } from "../../operators/stream/outcome.ts";
import { pipeline } from "../../operators/stream/pipeline.ts";
import { each, stage } from "../../operators/stream/stage.ts";
import { seconds } from "../../operators/stream/time.ts";
import { merge } from "../../operators/stream/topology.ts";
import { type Aggregate, tumblingWindow } from "../../operators/windows/tumbling-window.ts";
import { internalTopic } from "../../schemas/topics/internal.ts";
import type { Topic } from "../../schemas/topics/topic.ts";

/** What the test pipelines read. */
export interface Reading {
  readonly key: string;
  readonly ts: number;
  readonly value: number;
}

const plain = (name: string, fields: Record<string, string>): unknown => ({
  type: "record",
  name: "R",
  namespace: `test.${name.replaceAll(/[^a-z]/g, "_")}`,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});
const reading = (name: string): Topic<Reading> =>
  ({
    ...internalTopic<Reading>({
      name,
      schema: plain(name, { key: "string", ts: "long", value: "double" }) as never,
      eventTime: ({ ts }) => ts,
    }),
    key: ({ key }: Reading) => key,
    role: "input",
  }) as Topic<Reading>;
const text = (name: string): Topic<{ text: string }> =>
  ({
    ...internalTopic<{ text: string }>({ name, schema: plain(name, { text: "string" }) as never, eventTime: null }),
    key: ({ text: t }: { text: string }) => t.slice(0, 8),
    role: "output",
  }) as Topic<{ text: string }>;

/** Two co-partitioned topics, a table, and what comes out. */
export const left = reading("test.left");
export const right = reading("test.right");
export const table: Topic<Reading> = {
  ...reading("test.table"),
  role: "table",
  cleanup: "compact",
  partitions: { local: 1, production: 1 },
};
export const numbered = text("test.numbered");
export const priced = text("test.priced");
export const totals = text("test.totals");

const chain = struct({ count: "uint32", hash: "int64" });
const fnv = (hash: number, written: string): number => {
  let mixed = hash;
  for (const letter of written) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return mixed;
};

/** Numbers and chains every record in the order its lane saw it: any other order on replay shows in every later output. */
export const orderTest = pipeline(
  "order-test",
  { summary: "Order over two inputs.", latenessS: 1, options: z.object({}) },
  ({ from, to, store }) => {
    const named = (side: string) =>
      map((batch: Batch<Reading>) => ({ ...batch, records: batch.records.map((record) => ({ side, record })) }));
    const both = merge(from(left).pipe(named("left")), from(right).pipe(named("right")));
    const chained = stage<{ count: number; hash: number }, { side: string; record: Reading }, { text: string }>(
      "chain",
      {
        kind: "chain",
        summary: "numbers and chains",
        state: { codec: chain, initial: () => ({ count: 0, hash: 7 }) },
        step(state, { side, record }, at) {
          state.count += 1;
          state.hash = fnv(state.hash, `${side}${record.key}${record.ts}${record.value}${at.watermark}`);
          return ok({ text: `${record.key}|${at.partition}|${state.count}|${state.hash}|${side}` });
        },
      },
      { key: () => "all", store },
    );
    return [to(numbered, both.pipe(chained))];
  },
);

/** A reading times its key's price, as the table said when the lane took the reading. */
export const tableTest = pipeline(
  "table-test",
  { summary: "A broadcast input.", latenessS: 1, options: z.object({}) },
  ({ from, table: broadcast, to, store }) => {
    type Change = { readings?: Reading; change?: TableChange<Reading> };
    const readings = from(left).pipe(each("reading", "as it is", (one) => ok<Change>({ readings: one })));
    const changes = broadcast(table).pipe(each("change", "as it is", (one) => ok<Change>({ change: one })));
    const join = stage<{ price: number; seen: number }, Change, { text: string }>(
      "join",
      {
        kind: "join",
        summary: "the newest price of the key",
        state: { codec: struct({ price: "float64", seen: "uint32" }), initial: () => ({ price: 0, seen: 0 }) },
        step(state, { readings: one, change }) {
          if (change !== undefined) {
            state.price = change.value?.value ?? -1;
            return ok();
          }
          state.seen += 1;
          return ok({ text: `${one?.key}|${one?.ts}|${state.seen}|${(one?.value ?? 0) * state.price}` });
        },
      },
      { key: ({ readings: one, change }) => priceKey(one?.key ?? change?.key ?? ""), store },
    );
    return [to(priced, merge(changes, readings).pipe(join))];
  },
);

/** Readings of any partition share ten prices. */
const priceKey = (key: string): string => `price-${fnv(7, key) % 10}`;

interface Sum {
  readonly group: string;
  readonly start: number;
  readonly count: number;
  readonly sum: number;
}
const sums = { group: "string", count: "uint32", sum: "float64" } as const;
const partial: Aggregate<typeof sums, Reading, Sum> = {
  fields: sums,
  initial: ({ key }) => ({ group: groupOf(key), count: 0, sum: 0 }),
  add(kept, { value }) {
    kept.count += 1;
    kept.sum += value;
  },
  result: (kept, start) => ({ ...kept, start }),
};
const whole: Aggregate<typeof sums, Sum, Sum> = {
  fields: sums,
  initial: ({ group }) => ({ group, count: 0, sum: 0 }),
  add(kept, { count, sum }) {
    kept.count += count;
    kept.sum += sum;
  },
  result: (kept, start) => ({ ...kept, start }),
};

/** Sums per group and window, where a group's keys lie in every partition: two parts, joined by marks. */
export const rekeyTest = pipeline(
  "rekey-test",
  { summary: "Two parts.", latenessS: 10, options: z.object({}) },
  ({ from, to, rekey, store }) => {
    const size = seconds(10);
    const partials = from(left).pipe(
      tumblingWindow("partial", { size, time: ({ ts }) => ts, key: ({ key }) => groupOf(key), aggregate: partial, partial: true, store }),
    );
    const met = partials.pipe(
      rekey("by-group", { by: ({ group }) => group, codec: struct({ group: "string", start: "int64", count: "uint32", sum: "float64" }) }),
      tumblingWindow("whole", { size, time: ({ start }) => start, key: ({ group }) => group, aggregate: whole, store }),
      each("text", "as text", ({ group, start, count, sum }) => ok({ text: `${group}|${start}|${count}|${sum}` })),
    );
    return [to(totals, met)];
  },
);

export const groupOf = (key: string): string => `group-${fnv(7, key) % 5}`;

export const testPipelines = [orderTest, tableTest, rekeyTest] as const;
