import { z } from "zod";

const ms = (least: number, usual: number, what: string) => z.int().min(least).default(usual).describe(`${what} (milliseconds)`);

/** LaneSettings and MemberSettings of infra/lanes/settings.ts, with their defaults and what they mean. */
export const laneSettings = z.strictObject({
  lingerMs: ms(0, 100, "outputs wait at most so long after the last transaction where an alert or another part depends on them"),
  quietLingerMs: ms(0, 1_000, "the same where nothing urgent depends on them"),
  quietMs: ms(0, 5_000, "a position may lag so long where nothing was written: replay gives the same again"),
  maxBatchRecords: z.int().positive().default(5_000).describe("input records a transaction covers at most; a lane holds twice as many"),
  checkpointIntervalMs: ms(10, 30_000, "a lane's state is written so often"),
  replayBudgetMs: ms(1, 2_000, "a checkpoint is due earlier where replay would take longer than this"),
  maxAheadMs: ms(0, 3_600_000, "a time may lie so far after the broker's timestamp, expiries apart; a record beyond it is dead-lettered"),
  idleMs: ms(0, 1_000, "an input that was found drained for so long holds the others back no longer"),
  idleHoldsMs: ms(
    100,
    5_000,
    "for so long the next part of a pipeline relies on a lane's word that it has nothing to read; keep it below `load.latenessS`",
  ),
  onGap: z
    .enum(["halt", "earliest", "latest"])
    .default("halt")
    .describe("what a lane does whose next records are gone: stand still, or go on at the earliest or latest"),
  stallMs: ms(100, 30_000, "a lane that applies records and commits none for so long is opened again"),
  from: z.enum(["earliest", "latest"]).default("earliest").describe("where a lane without a position begins"),
  recordRuns: z
    .boolean()
    .default(false)
    .describe("also writes the order in which inputs were taken to <group>.internal.<pipeline>.runs, for tests"),
  sessionTimeoutMs: ms(1_000, 10_000, "a worker that has not been heard of for so long loses its lanes"),
  heartbeatMs: ms(10, 1_000, "a worker lets itself be heard so often; at most a third of the session timeout"),
  rebalanceTimeoutMs: ms(1_000, 30_000, "workers have so long to join again when lanes are dealt out anew"),
});

/** SinkSettings of infra/clickhouse/settings.ts. */
export const sinkSettings = z.strictObject({
  blockRows: z.int().positive().default(50_000).describe("a block for ClickHouse holds at most so many rows"),
  blockBytes: z
    .int()
    .positive()
    .default(16_000_000)
    .describe("and so many bytes as they lie in the topic; a lane holds at most twice as many"),
  blockMs: ms(0, 1_000, "a lane begins a block at most so often where the rows do not fill one"),
  quietMs: ms(0, 5_000, "a position behind which nothing is to be written may lag so long"),
  retryMinMs: ms(1, 100, "after a failure a block is tried again after at least this"),
  retryMaxMs: ms(1, 5_000, "and, growing, at most this"),
  trustMs: ms(0, 10_000, "a block that was begun longer ago asks the table first, since ClickHouse may have forgotten its token"),
  onGap: z
    .enum(["halt", "earliest", "latest"])
    .default("halt")
    .describe("what a sink does whose next records are gone: stand still, or go on at the earliest or latest"),
});
