/** How lanes pace themselves. Defaults and documentation of each key stand in `infra/config`. */
export interface LaneSettings {
  /** Outputs wait at most so long after the last transaction where an alert or another part depends on them. */
  readonly lingerMs: number;
  /** The same where nothing urgent depends on them. */
  readonly quietLingerMs: number;
  /** Without outputs a position may lag so long: replay gives the same again. */
  readonly quietMs: number;
  /** A transaction covers at most so many input records; twice as many is the most a lane holds unwritten. */
  readonly maxBatchRecords: number;
  /** A checkpoint is due after this, where anything was written. */
  readonly checkpointIntervalMs: number;
  /** A checkpoint is due earlier where replay would take longer than this. */
  readonly replayBudgetMs: number;
  /**
   * An event time may lie so far after the broker's timestamp; beyond it a record is dead-lettered, since it would close
   * windows for all.
   */
  readonly maxAheadMs: number;
  /** An input is idle when it has been drained for so long, as fetches at its high watermark have shown. */
  readonly idleMs: number;
  /** How long the next part relies on a lane's word that its inputs are idle; the lane gives it again in less than half that time. */
  readonly idleHoldsMs: number;
  /** What a lane does whose next records are gone from the topic. */
  readonly onGap: "halt" | "earliest" | "latest";
  /** A lane that has applied records and committed none for so long is given up and followed by another. */
  readonly stallMs: number;
  /** Where a lane without a position begins. */
  readonly from: "earliest" | "latest";
  /** Also writes each transaction's runs, in it, to `<group>.internal.<pipeline>.runs`, for tests that need the order. */
  readonly recordRuns: boolean;
}

/** How a member behaves in its group. */
export interface MemberSettings {
  /** A member not heard of for so long loses its lanes: how long a SIGKILL is noticed without a member file. */
  readonly sessionTimeoutMs: number;
  /** A third of the session time-out at most. */
  readonly heartbeatMs: number;
  /** How long the group waits for its members to join again. */
  readonly rebalanceTimeoutMs: number;
}
