/** One figure that Gatewatch shows of itself. No label's values grow with traffic: never a tenant, a request, a series, an id. */
export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  /** All of them are given with every value; none has values that grow with traffic. */
  readonly labels: readonly string[];
  /** What it counts, and what it means when it is high. */
  readonly help: string;
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
}

/** Of what happens many times a second and is bad from a second on. */
const quickSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Of what happens at a start and may take minutes with large state. */
const longSeconds = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300];
/** Bytes, by powers of ten: a checkpoint's size matters by its order. */
const sizes = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** Every metric there is. `/metrics` serves these and the process figures of prom-client, and nothing else. */
export const metrics = {
  gatewatch_lane_input_records_total: {
    type: "counter",
    labels: ["pipeline", "part"],
    help: "Input records covered by committed transactions. Its rate is the throughput; zero while the lag grows means a stuck lane.",
  },
  gatewatch_lane_output_records_total: {
    type: "counter",
    labels: ["pipeline", "topic"],
    help: "Records written, by topic. A sudden rise of gatewatch.alert is news of the deployment, not of Gatewatch.",
  },
  gatewatch_stage_records_total: {
    type: "counter",
    labels: ["pipeline", "stage", "outcome"],
    help: "What a stage has settled: `ok` values passed on, `none` looked at with nothing to say. A stage that only ever says `none` waits for data.",
  },
  gatewatch_stage_dropped_total: {
    type: "counter",
    labels: ["pipeline", "stage", "reason"],
    help: "Records counted and left out, by declared reason. High `late` means a producer lags: raise latenessS or mend its clock.",
  },
  gatewatch_dead_letters_total: {
    type: "counter",
    labels: ["pipeline", "stage", "code"],
    help: "Records that went to gatewatch.dlq, by error code. Any rise is a producer's defect: see `gatewatch dlq list`.",
  },
  gatewatch_lane_transaction_seconds: {
    type: "histogram",
    labels: ["pipeline", "part"],
    buckets: quickSeconds,
    help: "Time from taking a lane's outputs to their commit. High means a busy or distant broker.",
  },
  gatewatch_lane_checkpoint_bytes: {
    type: "histogram",
    labels: ["pipeline", "part"],
    buckets: sizes,
    help: "Size of a written checkpoint, compressed. High means many keys: restarts take longer.",
  },
  gatewatch_lane_restore_seconds: {
    type: "histogram",
    labels: ["pipeline", "part"],
    buckets: longSeconds,
    help: "Time a lane took to restore its state. High means large state or a long replay: lower lane.replayBudgetMs.",
  },
  gatewatch_lane_replayed_records_total: {
    type: "counter",
    labels: ["pipeline", "part"],
    help: "Records read again, muted, to restore lanes. High means crashes between checkpoints.",
  },
  gatewatch_group_rebalances_total: {
    type: "counter",
    labels: ["group"],
    help: "Times the lanes of a group were dealt out anew. More than one per start or stop of a worker means workers that come and go.",
  },
  gatewatch_lane_failures_total: {
    type: "counter",
    labels: ["group"],
    help: "Lanes that failed and were opened again. High means a broker that does not answer; the log has the codes.",
  },
  gatewatch_lane_fenced_total: {
    type: "counter",
    labels: ["group"],
    help: "Lanes that found a new owner. Normal when workers come and go; steady growth means two groups of workers share one name.",
  },
  gatewatch_lane_stalls_total: {
    type: "counter",
    labels: ["group"],
    help: "Lanes the watchdog has opened again because they committed nothing. Any rise needs a look at the broker.",
  },
  gatewatch_lane_offset_gaps_total: {
    type: "counter",
    labels: ["pipeline", "topic"],
    help: "Times a lane's next records were gone. Any rise is lost input: raise the topic's retention.",
  },
  gatewatch_sink_rows_total: {
    type: "counter",
    labels: ["topic"],
    help: "Rows written to ClickHouse, by the topic they came from. Zero while the lag grows means that ClickHouse is away.",
  },
  gatewatch_sink_refused_rows_total: {
    type: "counter",
    labels: ["topic"],
    help: "Records of an output topic that are no row and went to gatewatch.dlq. Any rise means that somebody else writes to that topic.",
  },
  gatewatch_sink_block_seconds: {
    type: "histogram",
    labels: ["topic"],
    buckets: quickSeconds,
    help: "Time to bring one block into its table. High means a busy ClickHouse.",
  },
  gatewatch_sink_retries_total: {
    type: "counter",
    labels: ["topic", "code"],
    help: "Attempts at a block that failed and were made again, by error code. Steady growth means that ClickHouse is away or refuses.",
  },
  gatewatch_lanes: {
    type: "gauge",
    labels: ["group", "status"],
    help: "Lanes of this worker by status. `halted` above zero needs a person; `recovering` for minutes means large state.",
  },
  gatewatch_lane_lag_records: {
    type: "gauge",
    labels: ["group", "topic", "partition"],
    help: "High watermark less committed position. Alarm when it grows, not when it is high.",
  },
  gatewatch_lane_watermark_lag_seconds: {
    type: "gauge",
    labels: ["pipeline", "part", "partition"],
    help: "Clock less the lane's watermark: how old what closes now is. Grows while an input brings nothing; high means late windows.",
  },
  gatewatch_store_keys: {
    type: "gauge",
    labels: ["pipeline", "part", "store"],
    help: "Keys held by a stage's stores in this worker. At the stage's maxKeys times its lanes the oldest are thrown out.",
  },
  gatewatch_store_evicted_keys: {
    type: "gauge",
    labels: ["pipeline", "part", "store"],
    help: "Keys thrown out by the cap since the lanes open now were opened. Above zero means judgement without memory: raise maxKeys.",
  },
  gatewatch_worker_ready: {
    type: "gauge",
    labels: [],
    help: "1 while `/readyz` answers 200. Zero for minutes: ask `/readyz` for the reasons.",
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** A name of the catalogue: any other does not compile. */
export type MetricName = keyof typeof metrics;
