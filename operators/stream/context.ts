import type { Observable, OperatorFunction } from "rxjs";
import type { AnyTopic, Topic } from "../../schemas/topics/topic.ts";
import type { Batch } from "./batch.ts";
import type { Codec } from "./codec.ts";
import type { StoreFactory } from "./stage.ts";

/** What a pipeline is built with. Called once a lane, and once more to draw it. */
export interface Context {
  /** A co-partitioned input: the lane's own partition of it. */
  from<T>(topic: Topic<T>): Observable<Batch<T>>;
  /** A broadcast input: a one-partition compacted topic that every lane reads whole before its first record. */
  table<T>(topic: Topic<T>): Observable<Batch<TableChange<T>>>;
  /** What goes out, in the order the flows bring it. */
  to<T>(topic: Topic<T>, ...flows: readonly Observable<Batch<T>>[]): Sink;
  /** The next part of the pipeline begins here: values meet again under another key, in lanes of their own. */
  rekey<T>(name: string, how: Rekeying<T>): OperatorFunction<Batch<T>, Batch<T>>;
  readonly store: StoreFactory;
  /** Of the workers that run it, without namespace: what several groups would write into one topic under one name carries it. */
  readonly group: string;
}

/** How values travel to the next part: by which key, and in what form. */
export interface Rekeying<T> {
  readonly by: (value: T) => string;
  readonly codec: Codec<T>;
}

/** One output of a pipeline, made by `to`. */
export interface Sink {
  readonly topic: AnyTopic;
  readonly flow: Observable<Batch<unknown>>;
}

/** A table's record: the newest value of its key, null where it was taken back. */
export interface TableChange<T> {
  readonly key: string;
  readonly value: T | null;
}
