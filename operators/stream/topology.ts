import { type Observable, merge as rxMerge } from "rxjs";
import type { Batch } from "./batch.ts";

/** One thing in the drawing of a pipeline. */
export type Node =
  | { readonly node: "input"; readonly topic: string; readonly role: "lane" | "table" }
  | {
      readonly node: "stage";
      readonly name: string;
      readonly kind: string;
      readonly summary: string;
      readonly settings: Readonly<Record<string, unknown>>;
      readonly after: readonly Observable<unknown>[];
    }
  | { readonly node: "merge"; readonly after: readonly Observable<unknown>[] };

/** Weak: a graph that is dropped takes its drawing with it. */
const nodes = new WeakMap<Observable<unknown>, Node>();

/** Remembers what an observable is in the drawing. */
export function tag<T>(observable: Observable<T>, node: Node): Observable<T> {
  nodes.set(observable, node);
  return observable;
}

/** One flow out of several, in the order they bring their batches. RxJS gives a single flow back as it is: that has its own tag. */
export function merge<T>(...flows: readonly Observable<Batch<T>>[]): Observable<Batch<T>> {
  const [only] = flows;
  if (only !== undefined && flows.length === 1) return only;
  return tag(rxMerge(...flows), { node: "merge", after: flows });
}

/** The tagged thing this observable comes from: RxJS' own operators (share, filter) are looked through by their `source`. */
export function nodeOf(observable: Observable<unknown>): Node | undefined {
  for (let at: Observable<unknown> | undefined = observable; at !== undefined; at = at.source as Observable<unknown> | undefined) {
    const node = nodes.get(at);
    if (node !== undefined) return node;
  }
  return undefined;
}
