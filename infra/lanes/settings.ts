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
  readonly checkpointIntervalMs: number;
  /** A checkpoint is due earlier where replay would take longer than this. */
  readonly replayBudgetMs: number;
  readonly maxAheadMs: number;
  /** An input is idle when it has been drained for so long, as fetches at its high watermark have shown. */
  readonly idleMs: number;
  readonly onGap: "halt" | "earliest" | "latest";
  readonly stallMs: number;
  /** Where a lane without a position begins. */
  readonly from: "earliest" | "latest";
  /** Also writes each transaction's runs, in it, to `gatewatch.internal.<pipeline>.runs`, for tests that need the order. */
  readonly recordRuns: boolean;
}

/** How a member behaves in its group. */
export interface MemberSettings {
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly rebalanceTimeoutMs: number;
}
