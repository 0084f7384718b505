import { map, type Observable, type OperatorFunction } from "rxjs";
import type { Aside, Batch, Scored } from "./batch.ts";
import type { Codec } from "./codec.ts";
import type { Outcome } from "./outcome.ts";
import type { Origin } from "./record.ts";
import type { KeyedStore, StoreLimits } from "./store.ts";
import { endOfTime } from "./time.ts";
import { tag } from "./topology.ts";

/** What a step may know besides the record: where it is, and what time it is in the stream. One object is reused for all records. */
export interface At {
  /** Of the record, or of the state that is being closed. Empty in a stage without keys. */
  readonly key: string;
  readonly topic: string;
  readonly partition: number;
  /** Undefined in a `close`: time caused it, not a record. */
  readonly origin: Origin | undefined;
  /** Event time in microseconds up to which windows have closed; -Infinity before the first record of every input. */
  readonly watermark: number;
  /** A detector tells it each score it computes, alarm or not. */
  readonly scored?: Scored;
}

/**
 * A stage as a value: from it come the operator, the drawing, the metric labels and the reference page.
 *
 * `step` sees one record and its key's state, judges, then learns; it does not throw (a throw becomes a dead letter with
 * GW_STAGE_THREW), reads no clock and draws no chance. `close` is called for a key when the watermark has reached the time
 * `due` gave for it, before the records that moved the watermark; what it leaves with a `due` of NaN and `done` true is forgotten.
 */
export interface StageSpec<S, In, Out> {
  /** Of all stages of this make: `baseline-shift`; the name tells two of them apart. */
  readonly kind: string;
  readonly summary: string;
  /** What the stage does to order, duplicates, lateness, where that is not obvious. */
  readonly guarantee?: string;
  /** Shown in the topology; functions are left out there. */
  readonly settings?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly state?: { readonly codec: Codec<S>; readonly initial: () => S };
  /** Every reason that `drop` is used with. */
  readonly drops?: readonly string[];
  step(state: S, record: In, at: At): Outcome<Out>;
  /** When this key wants `close` next; asked after every step and close. NaN for never. */
  due?(state: S): number;
  close?(state: S, at: At): readonly Out[];
  /** What is held is a part of what meets elsewhere: `close` is called for every key, as at the end of all time, when the lane has nothing left to read. */
  readonly partial?: boolean;
  /** Whether the state may be forgotten now; asked after each close and each drop. */
  done?(state: S): boolean;
}

/** How a stage is wired where it stands: its key and the lane's store factory. */
export interface Wiring<In> extends Partial<StoreLimits> {
  readonly key: (record: In) => string;
  readonly store: StoreFactory;
}

/** Makes the store of a stage and enters it, under the stage's name, into what a checkpoint of the lane holds. */
export type StoreFactory = <S>(stage: string, codec: Codec<S>, initial: () => S, limits: StoreLimits) => KeyedStore<S>;

/**
 * Keys are forgotten after a day of event time, and never more than so many are held: no stage grows without bound by default.
 */
const defaultLimits: StoreLimits = { maxKeys: 100_000, ttl: 24 * 3600 * 1_000_000 };

/** Keyed and stateful: one state a key, in the lane's store. */
export function stage<S, In, Out>(name: string, spec: StageSpec<S, In, Out>, wiring: Wiring<In>): OperatorFunction<Batch<In>, Batch<Out>> {
  const { state } = spec;
  if (state === undefined) throw new TypeError(`stage ${name} has a key but no state`);
  const { maxKeys = defaultLimits.maxKeys, ttl = defaultLimits.ttl } = wiring;
  const store = wiring.store(name, state.codec, state.initial, { maxKeys, ttl });
  return tagged(name, { ...spec, settings: { maxKeys, ttlS: ttl / 1e6, ...spec.settings } }, new KeyedRun(name, spec, wiring.key, store));
}

/** Stateless: what goes in comes out as one value, several, or nothing. */
export function each<In, Out>(
  name: string,
  kind: string,
  step: (record: In, at: At) => Outcome<Out>,
): OperatorFunction<Batch<In>, Batch<Out>> {
  const spec: StageSpec<undefined, In, Out> = { kind, summary: kind, step: (_, record, at) => step(record, at) };
  return tagged(name, spec, new StatelessRun(name, spec));
}

function tagged<S, In, Out>(name: string, spec: StageSpec<S, In, Out>, run: Run<S, In, Out>): OperatorFunction<Batch<In>, Batch<Out>> {
  const { kind, summary, settings } = spec;
  return (source: Observable<Batch<In>>) =>
    tag(source.pipe(map((batch) => run.apply(batch))), { node: "stage", name, kind, summary, settings: settings ?? {}, after: [source] });
}

/** Applies a stage to a batch. Steps are called in record order; the cost beyond the step is two pushes a result. */
abstract class Run<S, In, Out> {
  protected readonly name: string;
  protected readonly spec: StageSpec<S, In, Out>;
  protected readonly at = {
    key: "",
    topic: "",
    partition: 0,
    origin: undefined as Origin | undefined,
    watermark: 0,
    scored: undefined as Scored | undefined,
  };
  protected out: Out[] = [];
  protected origins: (Origin | undefined)[] = [];

  constructor(name: string, spec: StageSpec<S, In, Out>) {
    this.name = name;
    this.spec = spec;
  }

  protected abstract stepAt(record: In): Outcome<Out>;
  protected abstract closeDue(batch: Batch<In>): void;

  apply(batch: Batch<In>): Batch<Out> {
    const { records, origins, aside, topic, partition, watermark, drained } = batch;
    this.out = [];
    this.origins = [];
    this.at.topic = topic;
    this.at.partition = partition;
    this.at.watermark = watermark;
    this.at.scored = aside.scored;
    this.closeDue(batch);
    const closed = this.out.length;
    let quiet = 0;
    for (let i = 0; i < records.length; i += 1) {
      const origin = origins[i];
      this.at.origin = origin;
      // A batch has as many records as its length says; a sparse one would be a defect of the stage before.
      if (this.settle(this.stepped(records[i] as In), origin, records[i], aside)) quiet += 1;
    }
    aside.settled(this.name, this.out.length - closed, quiet);
    return { topic, partition, watermark, drained, aside, records: this.out, origins: this.origins };
  }

  /** A throw is a defect of the stage and still no reason to stop a lane: its record becomes a dead letter. */
  private stepped(record: In): Outcome<Out> {
    try {
      return this.stepAt(record);
    } catch (error) {
      return { kind: "dlq", code: "GW_STAGE_THREW", message: threw(error) };
    }
  }

  /** Whether the record had nothing to say. */
  private settle(outcome: Outcome<Out>, origin: Origin | undefined, value: unknown, aside: Aside): boolean {
    if (outcome.kind === "none") return true;
    if (outcome.kind === "ok") {
      for (const made of outcome.values) {
        this.out.push(made);
        this.origins.push(origin);
      }
    } else if (outcome.kind === "drop") {
      aside.dropped(this.name, outcome.reason, 1);
    } else {
      const { topic, partition } = this.at;
      aside.deadLetter({ stage: this.name, code: outcome.code, message: outcome.message, topic, partition, origin, value });
    }
    return false;
  }
}

/** Without a key: nothing to close and nothing to keep. */
class StatelessRun<In, Out> extends Run<undefined, In, Out> {
  protected override stepAt(record: In): Outcome<Out> {
    return this.spec.step(undefined, record, this.at);
  }
  protected override closeDue(): void {}
}

/** With a key and a store: state is touched, judged and learnt, then asked when it wants to be called again. */
class KeyedRun<S, In, Out> extends Run<S, In, Out> {
  readonly #key: (record: In) => string;
  readonly #store: KeyedStore<S>;

  constructor(name: string, spec: StageSpec<S, In, Out>, key: (record: In) => string, store: KeyedStore<S>) {
    super(name, spec);
    this.#key = key;
    this.#store = store;
  }

  protected override stepAt(record: In): Outcome<Out> {
    const key = this.#key(record);
    const entry = this.#store.touch(key, this.at.watermark);
    this.at.key = key;
    const outcome = this.spec.step(entry.state, record, this.at);
    if (this.spec.due !== undefined) this.#store.schedule(key, entry, this.spec.due(entry.state));
    // A record that was dropped must not leave a key behind: a flood of them would push out keys that hold something.
    if (outcome.kind === "drop" && this.spec.done?.(entry.state)) this.#store.delete(key);
    return outcome;
  }

  protected override closeDue({ watermark, drained, origins, aside }: Batch<In>): void {
    const { close, due, done, partial = false } = this.spec;
    if (close !== undefined) {
      this.at.origin = undefined;
      this.at.watermark = drained && partial ? endOfTime : watermark;
      for (const [key, entry] of this.#store.takeDue(this.at.watermark)) {
        this.at.key = key;
        try {
          for (const made of close.call(this.spec, entry.state, this.at)) {
            this.out.push(made);
            this.origins.push(origins[0]);
          }
          if (due !== undefined) this.#store.schedule(key, entry, due(entry.state));
        } catch (error) {
          const { topic, partition } = this.at;
          const value = { key };
          aside.deadLetter({ stage: this.name, code: "GW_STAGE_THREW", message: threw(error), topic, partition, origin: undefined, value });
        }
        if (done?.(entry.state)) this.#store.delete(key);
      }
      this.at.watermark = watermark;
    }
    this.#store.sweep(watermark);
  }
}

const threw = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
