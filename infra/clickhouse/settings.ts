/** How sink lanes cut and repeat their blocks. */
export interface SinkSettings {
  /** A block holds at most so many rows, */
  readonly blockRows: number;
  /** and so many bytes as they lie in the topic; twice as many is the most a lane holds. */
  readonly blockBytes: number;
  /** A lane begins a block at most so often where the rows do not fill one. */
  readonly blockMs: number;
  /** A position behind which nothing is to be written may lag so long. */
  readonly quietMs: number;
  /** After a failure a block is tried again between these, growing, with jitter. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** A block whose intent is older than this asks the table first: its token may be forgotten by now. */
  readonly trustMs: number;
  /** What a lane does whose next records are gone: stand still, or go on at the earliest or latest. */
  readonly onGap: "halt" | "earliest" | "latest";
}

export const sinkDefaults: SinkSettings = {
  blockRows: 50_000,
  blockBytes: 16_000_000,
  blockMs: 1_000,
  quietMs: 5_000,
  retryMinMs: 100,
  retryMaxMs: 5_000,
  trustMs: 10_000,
  onGap: "halt",
};
