import avro from "avsc";
import { type Codec, decodeAll, encodeAll } from "./codec.ts";

/** What bounds a store. Both follow from the input alone, so that a replay forgets the same keys. */
export interface StoreLimits {
  /** At most so many keys are held; beyond it the one unused for longest goes (second chance, in insertion order). */
  readonly maxKeys: number;
  /** Event time in microseconds after which an untouched key is forgotten; Infinity keeps it. */
  readonly ttl: number;
}

/** One key's state. `due` is the event time at which its stage wants to be called again, NaN for never. */
export interface Entry<S> {
  state: S;
  touched: number;
  due: number;
  used: boolean;
}

/** The watermark of a lane that has not heard from all of its inputs yet. */
const timeless = Number.NEGATIVE_INFINITY;

/** A store as a checkpoint holds it. */
export interface StoreDump {
  readonly schema: string;
  readonly sweptAt: number;
  readonly entries: Buffer;
}

/**
 * Keyed state of one stage in one lane. Everything it does follows from event time and the order of records, never from a
 * clock, so a replay ends in the same bytes; that holds for forgetting too. Not thread-safe, not shared between lanes.
 */
export class KeyedStore<S> {
  readonly limits: StoreLimits;
  readonly #initial: () => S;
  readonly #entryType: avro.Type;
  readonly #schema: string;
  readonly #entries = new Map<string, Entry<S>>();
  readonly #dues = new Map<number, Set<string>>();
  #earliestDue = Number.POSITIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;
  /** Keys that had to go because of `maxKeys`, since the store was made. */
  evicted = 0;

  constructor(codec: Codec<S>, initial: () => S, limits: StoreLimits) {
    this.limits = limits;
    this.#initial = initial;
    this.#entryType = entryType(codec);
    this.#schema = JSON.stringify(this.#entryType.schema({ exportAttrs: true }));
  }

  /** Keys held now, expired ones that no sweep has met included. */
  get size(): number {
    return this.#entries.size;
  }

  /** The key's entry, made on first sight or when its time to live had passed. */
  touch(key: string, watermark: number): Entry<S> {
    let entry = this.#entries.get(key);
    if (entry !== undefined && this.#expired(entry, watermark)) {
      this.delete(key);
      entry = undefined;
    }
    if (entry === undefined) {
      if (this.#entries.size >= this.limits.maxKeys) this.#evict();
      entry = { state: this.#initial(), touched: watermark, due: Number.NaN, used: false };
      this.#entries.set(key, entry);
      return entry;
    }
    entry.touched = watermark;
    entry.used = true;
    return entry;
  }

  /** Without touching it: for tests and for looking, not for a step. */
  get(key: string): S | undefined {
    return this.#entries.get(key)?.state;
  }

  /** Its time is forgotten too; a key that is not there is no fault. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#forgetDue(key, entry);
    this.#entries.delete(key);
  }

  /** Asks for the key to be in `takeDue()` once the watermark has reached this event time; NaN takes an earlier wish back. */
  schedule(key: string, entry: Entry<S>, due: number): void {
    if (entry.due === due) return;
    this.#forgetDue(key, entry);
    entry.due = due;
    if (Number.isNaN(due)) return;
    const keys = this.#dues.get(due);
    if (keys === undefined) this.#dues.set(due, new Set([key]));
    else keys.add(key);
    if (due < this.#earliestDue) this.#earliestDue = due;
  }

  /** Takes the keys whose time has come, by time and then by key: an order that survives a restart. */
  takeDue(watermark: number): [key: string, entry: Entry<S>][] {
    if (watermark < this.#earliestDue) return [];
    const taken: [string, Entry<S>][] = [];
    for (const due of [...this.#dues.keys()].filter((time) => time <= watermark).sort((a, b) => a - b)) {
      for (const key of [...(this.#dues.get(due) ?? [])].sort()) {
        const entry = this.#entries.get(key);
        if (entry === undefined) continue;
        entry.due = Number.NaN;
        taken.push([key, entry]);
      }
      this.#dues.delete(due);
    }
    this.#earliestDue = Number.POSITIVE_INFINITY;
    for (const due of this.#dues.keys()) if (due < this.#earliestDue) this.#earliestDue = due;
    return taken;
  }

  /** Forgets what its time to live has passed, four times in that time. */
  sweep(watermark: number): void {
    const { ttl } = this.limits;
    if (ttl === Number.POSITIVE_INFINITY || watermark === timeless || watermark < this.#sweptAt + ttl / 4) return;
    this.#sweptAt = watermark;
    for (const [key, entry] of this.#entries) {
      if (entry.touched === timeless) entry.touched = watermark;
      else if (this.#expired(entry, watermark)) this.delete(key);
    }
  }

  /** In insertion order, which is part of the state: eviction goes by it. */
  dump(): StoreDump {
    return { schema: this.#schema, sweptAt: this.#sweptAt, entries: encodeAll(this.#entryType, dumped(this.#entries)) };
  }

  /** Replaces what the store holds. Throws GW_CHECKPOINT_FOREIGN, GW_CHECKPOINT_CORRUPT. */
  load({ schema, sweptAt, entries }: StoreDump): void {
    this.#entries.clear();
    this.#dues.clear();
    this.#earliestDue = Number.POSITIVE_INFINITY;
    this.#sweptAt = sweptAt;
    for (const value of decodeAll(this.#entryType, schema, entries)) {
      const { key, touched, due, used, state } = value as Entry<S> & { key: string };
      const entry = { state, touched, due: Number.NaN, used };
      this.#entries.set(key, entry);
      if (!Number.isNaN(due)) this.schedule(key, entry, due);
    }
  }

  /**
   * What was touched before its lane knew the time ages from the first time that is known. A key that waits to be closed, such as
   * an open window longer than the time to live, is not forgotten before.
   */
  #expired({ touched, due }: Entry<S>, watermark: number): boolean {
    return touched !== timeless && Number.isNaN(due) && touched + this.limits.ttl <= watermark;
  }

  #forgetDue(key: string, entry: Entry<S>): void {
    if (Number.isNaN(entry.due)) return;
    const keys = this.#dues.get(entry.due);
    keys?.delete(key);
    if (keys?.size === 0) this.#dues.delete(entry.due);
  }

  /** Second chance: a key used since it was last looked at goes to the back once. */
  #evict(): void {
    for (const [key, entry] of this.#entries) {
      if (!entry.used) {
        this.delete(key);
        this.evicted += 1;
        return;
      }
      entry.used = false;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
  }
}

/** Its schema stands in every checkpoint, so that another version can read it or refuse it. */
function entryType<S>(codec: Codec<S>): avro.Type {
  return avro.Type.forSchema({
    type: "record",
    name: "Entry",
    fields: [
      { name: "key", type: "string" },
      { name: "touched", type: "double" },
      { name: "due", type: "double" },
      { name: "used", type: "boolean" },
      { name: "state", type: codec.schema },
    ],
  } as avro.Schema);
}

function* dumped<S>(entries: Map<string, Entry<S>>) {
  for (const [key, { state, touched, due, used }] of entries) yield { key, touched, due, used, state };
}
