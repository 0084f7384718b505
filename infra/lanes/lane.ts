import type { GraphOutput, LaneGraph } from "../../operators/stream/lane-graph.ts";
import type { LogRecord, Place } from "../../operators/stream/record.ts";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import type { CommittedPosition, Fetched, OutRecord, TransactionalWriter } from "../kafka/port.ts";
import { checkpointPartition, pack, writeCheckpoint } from "./checkpoints.ts";
import type { Links, PartToRun } from "./links.ts";
import { checkpointTopic, type LaneName, laneLabel, memberGroup, runsTopic, transactionalId } from "./names.ts";
import { outgoing } from "./outgoing.ts";
import { Pace } from "./pace.ts";
import { Progress, recoveryText, type Stretch } from "./progress.ts";
import { recover } from "./recovery.ts";
import type { LaneSettings } from "./settings.ts";
import { idleAgain, LaneTap } from "./tap.ts";

export type LaneStatus = "waiting" | "recovering" | "live" | "finishing" | "closed";

/** The tap is full meanwhile, so a registry that is away is asked so often at most. */
const registryRetryMs = 1_000;

/** Which status may follow which; anything else is a defect. Work is written only while live or finishing. */
const follows = {
  waiting: ["recovering", "closed"],
  recovering: ["live", "closed"],
  live: ["finishing", "closed"],
  finishing: ["closed"],
  closed: [],
} as const satisfies Record<LaneStatus, readonly LaneStatus[]>;

/**
 * One partition number of a part's inputs: the unit of order, state, transaction and recovery. Used once; after a failure the
 * worker makes another.
 *
 * Records apply at once and in order as they are fed; what they produce collects in memory, and one short transaction writes
 * outputs, checkpoint if due, and position together. Whoever fenced the transactional id last owns the lane, whatever the
 * group believes, so a lane outlives rebalances and a zombie's transaction fails as a whole.
 */
export class Lane {
  readonly name: LaneName;
  readonly taps: readonly LaneTap[];
  readonly #graph: LaneGraph;
  readonly #links: Links;
  readonly #run: PartToRun;
  readonly #settings: LaneSettings;
  readonly #places: readonly Place[];
  readonly #checkpoints: Place;
  readonly #pace: Pace;
  readonly #offTables: (() => void)[] = [];
  #status: LaneStatus = "waiting";
  readonly #progress = new Progress();
  #fault: Fault | undefined;

  constructor(links: Links, run: PartToRun, name: LaneName, lanes: number, checkpointPartitions: number, settings: LaneSettings) {
    this.name = name;
    this.#links = links;
    this.#run = run;
    this.#settings = settings;
    this.#checkpoints = { topic: checkpointTopic(name.group), partition: checkpointPartition(name, checkpointPartitions) };
    this.#graph = run.pipeline.open(run.part, {
      options: run.options,
      group: run.group,
      partition: name.slot,
      lanes,
      maxAheadMs: settings.maxAheadMs,
      idleHoldsMs: settings.idleHoldsMs,
      decode: (topic, record) => links.codec.decode(topic, record),
    });
    this.#places = run.inputs.map(({ topic, role }) => ({ topic: links.named(topic.name), partition: role === "table" ? 0 : name.slot }));
    this.#pace = new Pace(
      settings,
      run.outputs.some(({ urgent }) => urgent),
    );
    this.taps = this.#graph.inputs.flatMap(({ role }, input) => (role === "table" ? [] : [this.#tap(input)]));
  }

  get status(): LaneStatus {
    return this.#status;
  }

  /** How long it has applied records without committing any. */
  get stalledMs(): number {
    return this.#ahead() ? this.#pace.aheadMs : 0;
  }

  /** Committed position and lag of each input, for metrics and the status page. */
  positions(): { topic: string; next: number; committed: number; lag: number }[] {
    return this.taps.map((tap) => ({
      topic: tap.topic,
      next: tap.next,
      committed: this.#progress.committed(tap.input),
      lag: Math.max(0, tap.end - this.#progress.committed(tap.input)),
    }));
  }

  get watermark(): number {
    return this.#graph.watermark;
  }

  stores(): { name: string; keys: number; evicted: number }[] {
    return this.#graph.stores();
  }

  /** Recovers, then commits what it is fed until `finish()` or `drop()`. Rejects with a Fault on any failure, fencing included. */
  async run(onLive: () => void): Promise<void> {
    try {
      const writer = await this.#links.recoveries.take(() => this.#open());
      if (writer === undefined) return;
      this.#become("live");
      onLive();
      this.#watchTables();
      while (this.#status === "live") {
        await this.#pace.due(
          () => this.#ahead(),
          () => this.#status === "live",
        );
        if (this.#fault !== undefined) throw this.#fault;
        if (this.#status === "live" && this.#ahead()) await this.#commit(writer, this.#checkpointDue());
      }
      if (this.#fault !== undefined) throw this.#fault;
      if (this.#status === "finishing" && (this.#ahead() || this.#progress.hasMoved)) await this.#commit(writer, true);
    } finally {
      this.#close();
    }
  }

  /** Leaves in order: a last transaction with a checkpoint at exactly the committed position. */
  finish(): void {
    if (this.#status === "live") this.#become("finishing");
    else this.#close();
    this.#pace.wake();
  }

  /** The next transaction carries a checkpoint, so that whoever takes over has little to replay. */
  hurry(): void {
    this.#pace.hurry();
  }

  /** Leaves now: nothing more is written; a transaction under way commits or is fenced. */
  drop(): void {
    this.#close();
  }

  #tap(input: number): LaneTap {
    const place = this.#places[input] as Place;
    return new LaneTap(place, input, {
      next: () => this.#progress.next(input),
      open: () => this.#status === "live",
      full: () => this.#pace.records >= 2 * this.#settings.maxBatchRecords,
      take: (fetched) => this.#take(input, fetched),
      gap: (range) => this.#gap(input, place, range),
      unreadable: (fault) => this.#fail(fault),
    });
  }

  async #open(): Promise<TransactionalWriter | undefined> {
    if (this.#status !== "waiting") return undefined;
    this.#become("recovering");
    const started = performance.now();
    const writer = await this.#links.log.fence(transactionalId(this.name));
    const recovered = await recover(
      {
        name: this.name,
        graph: this.#graph,
        places: this.#places,
        checkpoints: this.#checkpoints,
        fingerprint: this.#run.fingerprint,
        from: this.#settings.from,
        onGap: this.#settings.onGap,
        open: () => this.#isOpen(),
      },
      this.#links,
    );
    if (!this.#isOpen()) return undefined;
    if (recovered.gap !== undefined) {
      this.#links.meter.gap(this.name, String(recovered.gap.context.topic ?? ""));
      this.#log("error", `${recovered.gap.message}: going on without what they did to the state, as lane.onGap says`);
    }
    // A first start at the end of the log must be written down at once, or a crash would begin at a later end; so must a way over a gap.
    const unwritten = recovered.checkpoint === undefined && (this.#settings.from === "latest" || recovered.gap !== undefined);
    this.#progress.begin(recovered, unwritten);
    this.#pace.recovered(recovered.replayed);
    this.#links.meter.restored(this.name, performance.now() - started, recovered.replayed);
    if (recovered.inDoubt)
      this.#log("warn", `${recovered.replayed} records were replayed by code or options other than those that wrote them`);
    return writer;
  }

  /** Applies what was fetched; what needs a schema that is not known yet waits for it, and the tap is full meanwhile. */
  #take(input: number, fetched: Fetched): Promise<void> | undefined {
    const records = fetched.records.filter(({ offset }) => offset >= this.#progress.next(input));
    const unknown = this.#links.codec.unknownIds(records);
    if (unknown.length === 0) {
      this.#apply(input, records, fetched);
      return undefined;
    }
    return this.#links.codec.warm(unknown).then(
      () => this.#apply(input, records, fetched),
      async (error: unknown) => {
        this.#log("warn", `waiting for schemas ${unknown.join(", ")}: ${faultOf(error, "GW_REGISTRY_UNREACHABLE", "registry").message}`);
        await new Promise((resolve) => setTimeout(resolve, registryRetryMs));
      },
    );
  }

  #apply(input: number, records: readonly LogRecord[], { next, highWatermark }: Fetched): void {
    const from = this.#progress.next(input);
    if (this.#status !== "live") return;
    try {
      if (next > from) {
        const started = performance.now();
        this.#graph.feed(input, records);
        this.#progress.moved(input, next);
        this.#pace.applied(records.length, performance.now() - started, this.#graph.pending > 0);
      } else if (next >= highWatermark) {
        this.#drained(input);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** An empty fetch at the high watermark, for long enough: only now may others' time pass this input by. Recorded like a record. */
  #drained(input: number): void {
    const tap = this.taps.find((one) => one.input === input);
    // What comes from another part brings its own marks: an empty fetch says nothing about its time.
    const told = this.#graph.inputs[input]?.role === "parts";
    const { idleMs, idleHoldsMs } = this.#settings;
    if (told || tap === undefined || !(this.#isWaitedFor || this.taps.length > 1)) return;
    if (tap.drainedFor(idleMs)) {
      this.#graph.idle(input);
      this.#progress.foundIdle(input);
    } else if (this.#isWaitedFor && input === this.taps[0]?.input && tap.stillDrained(idleAgain * idleHoldsMs)) this.#graph.stillIdle();
    else return;
    this.#pace.applied(0, 0, this.#graph.pending > 0);
  }

  /** Another part goes by its marks. */
  get #isWaitedFor(): boolean {
    return this.#run.outputs.some(({ role }) => role === "internal");
  }

  #watchTables(): void {
    for (const [input, { role }] of this.#graph.inputs.entries()) {
      if (role !== "table") continue;
      const table = this.#links.tables.table((this.#places[input] as Place).topic);
      const take = () => {
        const next = table.next;
        this.#apply(input, table.since(this.#progress.next(input)), { records: [], next, end: next, highWatermark: next + 1 });
      };
      this.#offTables.push(table.onChange(take));
      take();
    }
  }

  #gap(input: number, { topic, partition }: Place, range: { earliest: number; end: number }): void {
    const expected = this.#progress.next(input);
    const message = `${topic}[${partition}] holds ${range.earliest} to ${range.end}, expected ${expected}`;
    this.#links.meter.gap(this.name, topic);
    if (this.#settings.onGap === "halt") {
      this.#fail(new Fault("GW_LANE_OFFSET_GAP", message, { topic, partition, expected, ...range }));
      return;
    }
    const to = this.#settings.onGap === "earliest" ? range.earliest : range.end;
    this.#log("error", `${message}: going on at ${to}, as lane.onGap says`);
    this.#progress.jump(input, to);
    this.#pace.hurry();
  }

  async #commit(writer: TransactionalWriter, checkpointDue: boolean): Promise<void> {
    // Up to the first await everything is one snapshot: outputs, state, position and the way to it belong together.
    const started = performance.now();
    const outputs = this.#graph.take();
    const withCheckpoint = checkpointDue || outputs.some(mayTurnOutOtherwise);
    const records = this.#pace.commits();
    const packed = withCheckpoint ? pack({ fingerprint: this.#run.fingerprint, state: this.#graph.dump() }) : undefined;
    const stretch = this.#progress.cut(withCheckpoint);
    if (packed !== undefined) this.#pace.checkpointed(packed.length, performance.now() - started);
    const produced = [...this.#records(outputs, stretch)];
    let { checkpoint } = stretch;
    try {
      if (produced.length > 0) await writer.send(produced);
      if (packed !== undefined) {
        const { topic, partition } = this.#checkpoints;
        checkpoint = { offsets: stretch.next, partition, chunks: await writeCheckpoint(writer, this.name, partition, packed, topic) };
        this.#progress.checkpointed(checkpoint);
      }
      await writer.commit(memberGroup(this.name), this.#position(stretch, recoveryText(stretch, checkpoint, laneLabel(this.name))));
    } catch (error) {
      throw faultOf(error, "GW_LANE_OUTCOME_UNKNOWN", `a transaction of ${laneLabel(this.name)}`);
    }
    this.#progress.settle(stretch);
    this.#pace.committed();
    const written = { ms: performance.now() - started, records, outputs: outputs.length, checkpointBytes: packed?.length ?? 0 };
    this.#links.meter.committed(this.name, written, this.#graph.counts, outputs);
    this.#graph.counts.clear();
  }

  *#records(outputs: readonly GraphOutput[], { taken }: Stretch): Generator<OutRecord> {
    yield* outgoing(outputs, this.#run.pipeline.name, this.#links);
    if (!this.#settings.recordRuns) return;
    const { part, slot: lane } = this.name;
    const value = Buffer.from(JSON.stringify({ part, lane, runs: taken }));
    yield { topic: this.#links.named(runsTopic(this.name.pipeline)), partition: 0, key: null, value };
  }

  /** The recovery record goes with the first input; the others carry their offset. */
  #position({ next }: Stretch, recovery: string): CommittedPosition[] {
    return this.taps.map(({ input, topic, partition }, i) => {
      return { topic, partition, offset: next[input] ?? 0, metadata: i === 0 ? recovery : "" };
    });
  }

  #checkpointDue(): boolean {
    return this.#progress.needsCheckpoint || (this.#progress.hasMoved && this.#pace.checkpointDue());
  }

  #ahead(): boolean {
    return this.#graph.pending > 0 || this.#progress.ahead;
  }

  #isOpen(): boolean {
    return this.#status !== "closed";
  }

  #fail(error: unknown): void {
    this.#fault ??= faultOf(error, "GW_GRAPH_BROKEN", laneLabel(this.name));
    this.#close();
  }

  #close(): void {
    if (this.#status !== "closed") this.#become("closed");
    for (const off of this.#offTables.splice(0)) off();
    this.#pace.wake();
  }

  #become(status: LaneStatus): void {
    if (!(follows[this.#status] as readonly LaneStatus[]).includes(status))
      throw new TypeError(`a lane cannot go from ${this.#status} to ${status}`);
    this.#status = status;
  }

  #log(level: "warn" | "error", message: string): void {
    this.#links.logger[level]({ pipeline: this.name.pipeline, lane: laneLabel(this.name), offset: this.#progress.next(0) }, message);
  }
}

/**
 * A schema that the registry did not know may be registered by the time of a replay, which would then read the record that was
 * refused. So a transaction with such a letter carries a checkpoint, and no replay passes that record again.
 */
const mayTurnOutOtherwise = (output: GraphOutput): boolean => output.kind === "letter" && output.letter.code === "GW_DECODE_SCHEMA_UNKNOWN";
