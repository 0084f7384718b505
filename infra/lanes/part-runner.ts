import { setTimeout as pause } from "node:timers/promises";
import { type Fault, faultOf } from "../../schemas/faults/fault.ts";
import { type FaultCode, faults } from "../../schemas/faults/faults.ts";
import type { LogPort, Membership, Tap } from "../kafka/port.ts";
import type { Logger } from "../telemetry/log.ts";
import type { LaneStatus } from "./lane.ts";
import type { LaneEvent } from "./links.ts";
import type { MemberSettings } from "./settings.ts";

/** Anything that owns one partition number of a part: a pipeline's lane or a sink's. */
export interface Runnable {
  readonly taps: readonly Tap[];
  readonly status: LaneStatus;
  /** How long it has work that it does not get written; 0 while it has none. */
  readonly stalledMs: number;
  /** What a lane that lives cannot go on without, in words: it is unready meanwhile, and not stalled. */
  readonly waitingFor?: string | undefined;
  /** Resolves when it has ended in order, rejects with a Fault otherwise. `onLive` once, when its taps may be fed. */
  run(onLive: () => void): Promise<void>;
  /** Ends after a last transaction. */
  finish(): void;
  /** Ends now. Safe at any moment: what is under way is either whole or fenced off. */
  drop(): void;
  /** Whoever takes over should have little to replay. */
  hurry(): void;
}

/** One part's lanes in this process, as the group deals them out. */
export interface PartRunnerOptions<L extends Runnable> {
  readonly log: LogPort;
  readonly logger: Logger;
  readonly group: string;
  /** Co-partitioned: a member gets the same partition numbers of each. */
  readonly topics: readonly string[];
  readonly settings: MemberSettings;
  /** A file of this part's own where the member id survives a SIGKILL. */
  readonly memberFile?: string;
  /** Makes a lane; nothing of it runs before `run`. */
  open(partition: number): L;
  /** The membership is gone for good. */
  lost(cause: Error): void;
  count(event: LaneEvent): void;
}

/** Leaving is one request: it gets so long even where the lanes took all of the deadline. */
const leaveMs = 1_000;

/** A lane that stands still until a person acts, and why. */
export interface Halted {
  readonly partition: number;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Keeps the lanes of one part in step with the membership: what is gone is dropped, what is new is opened, what stays is not
 * touched, since lanes outlive rebalances. A lane that failed is opened again once this member has proved to be in good
 * standing (two heartbeats or a join), or a zombie and the owner would fence each other in turns.
 */
export class PartRunner<L extends Runnable> {
  readonly lanes = new Map<number, L>();
  readonly halted = new Map<number, Halted>();
  readonly #options: PartRunnerOptions<L>;
  #membership: Membership | undefined;
  #assigned: ReadonlySet<number> | undefined;
  /** Lanes that are being followed by another: a lane ends once, whoever notices first. */
  readonly #replaced = new WeakSet<L>();
  #standing = 0;
  readonly #waiters = new Set<() => void>();
  #stopping = false;

  constructor(options: PartRunnerOptions<L>) {
    this.#options = options;
  }

  /** Undefined until the group has answered for the first time. */
  get assigned(): ReadonlySet<number> | undefined {
    return this.#assigned;
  }

  get group(): string {
    return this.#options.group;
  }

  /** Resolves when the group has answered for the first time; lanes open after that. Throws what joining throws. */
  async start(): Promise<void> {
    const { log, group, topics, settings, memberFile, lost, count } = this.#options;
    this.#membership = await log.join({
      group,
      topics,
      memberFile,
      sessionTimeoutMs: settings.sessionTimeoutMs,
      heartbeatMs: settings.heartbeatMs,
      rebalanceTimeoutMs: settings.rebalanceTimeoutMs,
      assigned: (partitions) => this.#assign(partitions),
      rebalancing: () => {
        count("rebalance");
        for (const lane of this.lanes.values()) lane.hurry();
      },
      heartbeat: () => this.#stand(1),
      lost,
    });
  }

  /** Last transactions with checkpoints, then out of the group; over by the deadline, though Kafka may not answer any more. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    this.#stand(0);
    for (const lane of this.lanes.values()) lane.finish();
    const until = Date.now() + deadlineMs;
    while (Date.now() < until && [...this.lanes.values()].some(({ status }) => status !== "closed")) await pause(5);
    for (const lane of this.lanes.values()) lane.drop();
    const ending = new AbortController();
    const late = pause(Math.max(leaveMs, until - Date.now()), undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
    await Promise.race([this.#membership?.leave(), late]);
    ending.abort();
  }

  /**
   * Gives up on a lane that does not move and opens another, without waiting for it: what holds it may never answer. Should it
   * come back to life, its transaction ends before the new one's fence or is refused by it.
   */
  replace(partition: number, fault: Fault): void {
    const lane = this.lanes.get(partition);
    if (lane === undefined) return;
    lane.drop();
    void this.#closed(partition, lane, fault);
  }

  /** Called again after every rebalance, also where nothing has changed: that is a proof of good standing too. */
  #assign(partitions: ReadonlySet<number>): void {
    if (this.#stopping) return;
    this.#assigned = partitions;
    this.#stand(2);
    for (const [partition, lane] of this.lanes) {
      if (partitions.has(partition)) continue;
      this.lanes.delete(partition);
      lane.drop();
    }
    for (const partition of this.halted.keys()) if (!partitions.has(partition)) this.halted.delete(partition);
    for (const partition of partitions) if (!this.lanes.has(partition) && !this.halted.has(partition)) this.#open(partition);
  }

  /** Its taps join the feed only once it has recovered: before that it could take nothing. */
  #open(partition: number): void {
    const { log } = this.#options;
    const lane = this.#options.open(partition);
    this.lanes.set(partition, lane);
    lane
      .run(() => {
        for (const tap of lane.taps) log.feed.add(tap);
      })
      .then(
        () => this.#closed(partition, lane, undefined),
        (error: unknown) => this.#closed(partition, lane, faultOf(error, "GW_LANE_OUTCOME_UNKNOWN", `${this.group}/${partition}`)),
      );
  }

  async #closed(partition: number, lane: L, fault: Fault | undefined): Promise<void> {
    // One that was replaced, or that has gone elsewhere, is nobody's concern any more.
    if (this.lanes.get(partition) !== lane || this.#replaced.has(lane)) return;
    this.#replaced.add(lane);
    if (fault !== undefined) this.#report(partition, fault);
    if (fault !== undefined && halts(fault)) {
      this.lanes.delete(partition);
      this.halted.set(partition, { partition, code: fault.code, message: fault.message, remedy: fault.remedy });
      return;
    }
    await this.#goodStanding();
    if (this.lanes.get(partition) !== lane) return;
    this.lanes.delete(partition);
    if (!this.#stopping && this.#assigned?.has(partition)) this.#open(partition);
  }

  /** `error` where a person is needed, `warn` where the next lane goes on by itself. */
  #report(partition: number, fault: Fault): void {
    const { logger, count } = this.#options;
    count(events[fault.code] ?? "failure");
    const level = halts(fault) ? "error" : "warn";
    const cause = fault.cause instanceof Error ? fault.cause.message : undefined;
    logger[level]({ group: this.group, partition, code: fault.code, cause }, `${fault.message}. ${fault.remedy}`);
  }

  #stand(steps: number): void {
    this.#standing += steps;
    for (const wake of [...this.#waiters]) wake();
  }

  /** Two heartbeats, or one answered join, after the moment of asking: what came before proves nothing about now. */
  async #goodStanding(): Promise<void> {
    const wanted = this.#standing + 2;
    while (this.#standing < wanted && !this.#stopping) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiters.delete(wake);
          resolve();
        };
        this.#waiters.add(wake);
      });
    }
  }
}

/** A lane that fails by what stands in a record would fail by it again: it stands still until a person acts. */
const halts = ({ code }: Fault): boolean => faults[code].then === "halt-lane" || faults[code].then === "dead-letter";

const events: Partial<Record<FaultCode, "fenced" | "stalled">> = { GW_LANE_FENCED: "fenced", GW_LANE_STALLED: "stalled" };
