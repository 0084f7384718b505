import { type OperatorFunction, Subject } from "rxjs";
import type { Aside, Batch, DeadLetter } from "../stream/batch.ts";
import type { LogRecord } from "../stream/record.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { KeyedStore, type StoreDump } from "../stream/store.ts";

/** Records that arrive while the watermark (microseconds) stands there. */
export interface Arrival<T> {
  readonly watermark: number;
  readonly records: readonly T[];
  /** The lane has nothing left to read; false where it is left out. */
  readonly drained?: boolean;
}

export interface Driven<Out> {
  readonly out: Out[];
  readonly dropped: Map<string, number>;
  readonly letters: DeadLetter[];
}

/** Stores of one driven operator, as a lane would hold them. */
export class DrivenStores {
  readonly stores = new Map<string, KeyedStore<unknown>>();

  readonly factory: StoreFactory = (stage, codec, initial, limits) => {
    const store = new KeyedStore(codec, initial, limits);
    this.stores.set(stage, store as KeyedStore<unknown>);
    return store;
  };

  dump(): Map<string, StoreDump> {
    return new Map([...this.stores].map(([name, store]) => [name, store.dump()]));
  }

  load(dumps: ReadonlyMap<string, StoreDump>): void {
    for (const [name, dump] of dumps) this.stores.get(name)?.load(dump);
  }
}

/** Runs one operator over batches, without a lane: what came out, what was dropped, what became a dead letter. */
export function drive<In, Out>(
  make: (store: StoreFactory) => OperatorFunction<Batch<In>, Batch<Out>>,
  arrivals: readonly Arrival<In>[],
): Driven<Out> {
  return driveWith(new DrivenStores(), make, arrivals);
}

/** The same over stores of the caller's, whose state may come from an earlier run. */
export function driveWith<In, Out>(
  stores: DrivenStores,
  make: (store: StoreFactory) => OperatorFunction<Batch<In>, Batch<Out>>,
  arrivals: readonly Arrival<In>[],
  restored?: ReadonlyMap<string, StoreDump>,
): Driven<Out> {
  const driven: Driven<Out> = { out: [], dropped: new Map(), letters: [] };
  const aside: Aside = {
    settled: () => undefined,
    dropped: (_, reason, count) => driven.dropped.set(reason, (driven.dropped.get(reason) ?? 0) + count),
    deadLetter: (letter) => driven.letters.push(letter),
  };
  const source = new Subject<Batch<In>>();
  source.pipe(make(stores.factory)).subscribe(({ records }) => driven.out.push(...records));
  if (restored !== undefined) stores.load(restored);
  let offset = 0;
  for (const { watermark, records, drained = false } of arrivals) {
    const origins = records.map(() => origin(offset++));
    source.next({ topic: "driven", partition: 0, records, origins, watermark, drained, aside });
  }
  return driven;
}

const origin = (offset: number): LogRecord => ({ offset, timestampMs: 0, key: null, value: Buffer.alloc(0), headers: {} });
