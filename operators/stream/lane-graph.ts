import { faultOf } from "../../schemas/faults/fault.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { admit, type Decode, type Refused } from "./admit.ts";
import type { Assembled, AssembledInput, AssembledPart } from "./assemble.ts";
import type { Aside, Batch, DeadLetter, Scored } from "./batch.ts";
import { type Clock, EventClock, MarkClock, NoClock } from "./clock.ts";
import { type Checkpoint, checkpointType } from "./graph-checkpoint.ts";
import type { Envelope, Mark } from "./internal-topic.ts";
import type { LogRecord, Origin, Place } from "./record.ts";
import { sourcesOf } from "./sources.ts";
import { endOfTime, seconds } from "./time.ts";

/** What one lane's instance of a part is opened with. */
export interface GraphOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  /** Of the workers, without its namespace; the default one where it is left out. */
  readonly group?: string;
  /** The lane's own number, which is that of its partition in every input. */
  readonly partition: number;
  /** How many lanes this part has; written into marks. */
  readonly lanes: number;
  /** Synchronous; throws a Fault for what cannot be read. */
  readonly decode: Decode;
  /** How far an event time may lie after the broker's timestamp. */
  readonly maxAheadMs: number;
  /** How long others may rely on a mark of idleness; for ever where it is left out, as without a broker. */
  readonly idleHoldsMs?: number;
  /** Told every score the detectors compute; for `apply`, not for lanes. */
  readonly onScore?: Scored;
}

/** What a push has produced, in order. */
export type GraphOutput =
  | {
      readonly kind: "record";
      readonly topic: AnyTopic;
      readonly key: string;
      readonly value: unknown;
      readonly origin: Origin | undefined;
      /** The input that `origin` was read from, or where there is none the one whose time caused it. */
      readonly from: Place;
    }
  /** To every partition of the topic. */
  | { readonly kind: "mark"; readonly topic: AnyTopic; readonly value: Mark }
  | { readonly kind: "letter"; readonly letter: DeadLetter };

/** What the stages have counted since it was last taken. */
export interface StageCounts {
  ok: number;
  none: number;
  dropped: Map<string, number>;
}

/** One input with its clock. An idle one holds the others back no longer. */
interface Input extends AssembledInput {
  readonly clock: Clock<never>;
  idle: boolean;
}

/**
 * One lane's instance of one part of a pipeline: pure and synchronous. `feed` returns when the effects of its records are in
 * `take()`. What a run of feeds produces depends on the records, their order over the inputs and the places of `idle`, and on
 * nothing else; the owner records that order and replays it, muted.
 */
export class LaneGraph {
  readonly inputs: readonly { readonly topic: AnyTopic; readonly role: AssembledInput["role"] }[];
  /** By stage, since its owner has last cleared it: after each transaction. */
  readonly counts = new Map<string, StageCounts>();
  /** While set nothing is collected or counted: replay up to the committed position. */
  muted = false;
  readonly #part: AssembledPart;
  readonly #assembled: Assembled;
  readonly #how: GraphOptions;
  readonly #inputs: Input[];
  readonly #aside: Aside;
  /** Another part waits for its marks. */
  readonly #tells: boolean;
  #outputs: GraphOutput[] = [];
  #watermark = Number.NEGATIVE_INFINITY;
  #marked: { watermark: number; idle: boolean } | undefined;
  #fault: { error: unknown } | undefined;

  constructor(assembled: Assembled, part: string, how: GraphOptions & { latenessS: number }) {
    const found = assembled.parts.find(({ name }) => name === part);
    if (found === undefined) throw new TypeError(`${assembled.pipeline} has no part ${part}`);
    this.#assembled = assembled;
    this.#part = found;
    this.#how = how;
    this.#inputs = found.inputs.map((input) => ({ ...input, clock: clockOf(input, seconds(how.latenessS)), idle: false }));
    this.inputs = this.#inputs;
    this.#tells = found.sinks.some(({ by }) => by !== undefined);
    this.#aside = {
      settled: (stage, ok, none) => this.#count(stage, ok, none),
      dropped: (stage, reason, count) => this.#countDropped(stage, reason, count),
      deadLetter: (letter) => this.#emit({ kind: "letter", letter }),
      scored: how.onScore,
    };
    for (const { topic, flow, by } of found.sinks) {
      flow.subscribe({
        next: (batch) => this.#collect(topic, by, batch),
        // An error takes this branch of the graph down for good, silently for whoever pushes: remembered, and thrown by the push.
        error: (error: unknown) => {
          this.#fault ??= { error };
        },
      });
    }
  }

  /** Event time in microseconds up to which windows have closed. */
  get watermark(): number {
    return this.#watermark;
  }

  /** Applies records of one input in offset order. Throws GW_GRAPH_BROKEN where a stage took the graph down. */
  feed(index: number, records: readonly LogRecord[]): void {
    const input = this.#input(index);
    const { decode, maxAheadMs } = this.#how;
    let values: unknown[] = [];
    let origins: Origin[] = [];
    const flush = () => {
      if (values.length === 0) return;
      this.#push(input, values, origins);
      values = [];
      origins = [];
    };
    for (const record of records) {
      const admitted = admit(input, record, decode, maxAheadMs);
      if ("code" in admitted) {
        // What came before it goes first, so that the order of the outputs does not tell how a fetch was cut.
        flush();
        this.#refuse(input, record, admitted);
        continue;
      }
      const { value, clocked } = admitted;
      const woken = this.#drained;
      input.idle = false;
      const stepped = input.clock.see(clocked as never, record.timestampMs) && this.#reached() > this.#watermark;
      if (stepped) {
        flush();
        this.#watermark = this.#reached();
        if (value === undefined) this.#push(input, [], []);
      }
      if (value !== undefined) {
        values.push(value);
        origins.push(admitted.origin);
      }
      // A mark stands behind what its record has caused, and not where a fetch ended.
      if (this.#tells && (stepped || woken)) flush();
    }
    flush();
  }

  /**
   * The input has been drained and waits: it holds the others back no longer, until its next record. Where all of the lane's have,
   * partial results go out before the mark that lets other lanes' time pass this one by.
   */
  idle(index: number): void {
    const input = this.#input(index);
    input.idle = true;
    if (!this.#drained && this.#reached() <= this.#watermark) return;
    // Said anew where it was said before, by a former life of the lane whose word is good no more.
    if (this.#drained) this.#marked = undefined;
    this.#watermark = Math.max(this.#watermark, this.#reached());
    this.#push(input, [], []);
  }

  /** Still nothing to read: says so again, for those that wait. No change of state, so no place in the order of the inputs. */
  stillIdle(): void {
    if (this.#drained) this.#tell(true);
  }

  /** Closes everything still open, as if the watermark had passed it. For `apply`; a lane never does this. */
  close(): void {
    this.#watermark = endOfTime;
    for (const input of this.#inputs) input.idle = true;
    const [first] = this.#inputs;
    if (first !== undefined) this.#push(first, [], []);
  }

  /** What was produced since the last call. */
  take(): GraphOutput[] {
    const taken = this.#outputs;
    this.#outputs = [];
    return taken;
  }

  /** Outputs that `take` would give. */
  get pending(): number {
    return this.#outputs.length;
  }

  /** Keys held by each store, and keys lost to a store's cap. */
  stores(): { name: string; keys: number; evicted: number }[] {
    return [...this.#assembled.stores].map(([name, { size, evicted }]) => ({ name, keys: size, evicted }));
  }

  /** State, clocks and watermark as bytes. Two graphs that were fed the same are the same bytes. */
  dump(): Buffer {
    return checkpointType.toBuffer({
      watermark: this.#watermark,
      clocks: this.#inputs.map(({ clock, idle }) => ({ ...clock.dump(), idle })),
      marked: this.#marked ?? null,
      stores: [...this.#assembled.stores].map(([name, store]) => ({ name, ...store.dump() })),
    });
  }

  /** Throws GW_CHECKPOINT_CORRUPT, GW_CHECKPOINT_FOREIGN. */
  load(bytes: Buffer): void {
    let saved: Checkpoint;
    try {
      saved = checkpointType.fromBuffer(bytes) as Checkpoint;
    } catch (error) {
      throw faultOf(error, "GW_CHECKPOINT_CORRUPT", `reading a checkpoint of ${this.#assembled.pipeline}`);
    }
    this.#watermark = saved.watermark;
    this.#marked = saved.marked ?? undefined;
    saved.clocks.forEach(({ idle, ...dump }, i) => {
      const input = this.#inputs[i];
      if (input === undefined) return;
      input.clock.load(dump);
      input.idle = idle;
    });
    for (const { name, ...dump } of saved.stores) this.#assembled.stores.get(name)?.load(dump);
  }

  #input(index: number): Input {
    const input = this.#inputs[index];
    if (input === undefined) throw new TypeError(`${this.#part.name} has no input ${index}`);
    return input;
  }

  /** Stage `decode`: it never came into the graph. */
  #refuse(input: Input, origin: LogRecord, { code, message }: Refused): void {
    // Every lane reads a table whole; one of them writes its bad records down.
    if (input.role === "table" && this.#how.partition !== 0) return;
    this.#emit({
      kind: "letter",
      letter: { stage: "decode", code, message, topic: input.topic.name, partition: this.#how.partition, origin },
    });
  }

  /** All that the lane reads for itself is idle; a change of a table makes nothing of that undone. */
  get #drained(): boolean {
    return this.#inputs.every(({ role, idle }) => role === "table" || idle);
  }

  /** The smallest watermark of the inputs that are not idle; where all are, the time does not move. */
  #reached(): number {
    let least = Number.POSITIVE_INFINITY;
    let latest = Number.NEGATIVE_INFINITY;
    for (const { clock, idle, role } of this.#inputs) {
      if (role === "table") continue;
      if (clock.watermark > latest) latest = clock.watermark;
      if (!idle && clock.watermark < least) least = clock.watermark;
    }
    return least === Number.POSITIVE_INFINITY ? latest : least;
  }

  /** One batch into the graph, synchronously: when it returns, all that follows from it has been collected. */
  #push(input: Input, records: readonly unknown[], origins: readonly Origin[]): void {
    const { partition } = this.#how;
    const where = { topic: input.topic.name, partition, watermark: this.#watermark, drained: this.#drained };
    input.subject.next({ ...where, records, origins, aside: this.#aside });
    if (this.#fault !== undefined) throw faultOf(this.#fault.error, "GW_GRAPH_BROKEN", `${this.#assembled.pipeline}/${this.#part.name}`);
    this.#mark();
  }

  /** What leaves the part, in order. Between parts the public records behind a value travel with it. */
  #collect(
    topic: AnyTopic,
    by: ((value: unknown) => string) | undefined,
    { records, origins, topic: read, partition }: Batch<unknown>,
  ): void {
    if (this.muted) return;
    const from = { topic: read, partition };
    records.forEach((value, i) => {
      const origin = origins[i];
      if (by === undefined) {
        this.#outputs.push({ kind: "record", topic, key: topic.key(value), value, origin, from });
      } else {
        const sources = origin === undefined ? [] : sourcesOf({ ...from, origin });
        this.#outputs.push({ kind: "record", topic, key: by(value), value: this.#envelope(value, sources), origin, from });
      }
    });
  }

  #envelope(body: unknown, sources: Envelope<unknown>["sources"], idle = false): Mark {
    const { partition: from, lanes, idleHoldsMs = Number.POSITIVE_INFINITY } = this.#how;
    return { from, lanes, watermark: this.#watermark, idle, idleMs: idle ? idleHoldsMs : 0, sources, body };
  }

  /** After what a push produced, tells the next part how far this lane is: at each step and each change of idleness, wherever fetches end. */
  #mark(): void {
    const idle = this.#drained;
    if (!this.#tells || (this.#marked?.watermark === this.#watermark && this.#marked.idle === idle)) return;
    // Time has not begun, as long as one of several inputs has not been heard of: a mark of that would stand where a fetch was cut.
    if (this.#marked === undefined && this.#watermark === Number.NEGATIVE_INFINITY && !idle) return;
    this.#marked = { watermark: this.#watermark, idle };
    this.#tell(idle);
  }

  #tell(idle: boolean): void {
    for (const { topic, by } of this.#part.sinks) {
      if (by !== undefined) this.#emit({ kind: "mark", topic, value: this.#envelope(null, [], idle) });
    }
  }

  #emit(output: GraphOutput): void {
    if (!this.muted) this.#outputs.push(output);
  }

  #countsOf(stage: string): StageCounts {
    let counts = this.counts.get(stage);
    if (counts === undefined) {
      counts = { ok: 0, none: 0, dropped: new Map() };
      this.counts.set(stage, counts);
    }
    return counts;
  }

  #count(stage: string, ok: number, none: number): void {
    if (this.muted) return;
    const counts = this.#countsOf(stage);
    counts.ok += ok;
    counts.none += none;
  }

  #countDropped(stage: string, reason: string, count: number): void {
    if (this.muted) return;
    const { dropped } = this.#countsOf(stage);
    dropped.set(reason, (dropped.get(reason) ?? 0) + count);
  }
}

/** A lane's own input goes by event time, one from another part by that part's marks, a table by none. */
function clockOf({ topic, role }: AssembledInput, lateness: number): Clock<never> {
  if (role === "table") return new NoClock() as Clock<never>;
  if (role === "parts") return new MarkClock() as Clock<never>;
  const { eventTime } = topic;
  if (eventTime === null) throw new TypeError(`${topic.name} has no event time`);
  return new EventClock(eventTime, lateness, seconds(1));
}
