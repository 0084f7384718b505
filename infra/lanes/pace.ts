import type { LaneSettings } from "./settings.ts";

/** Bytes a second that checkpoints of a lane may take, and the share of its time. */
const checkpointBytesPerMs = 5_000;
const checkpointShare = 0.1;

/**
 * When a lane writes: outputs soon after the last transaction, a bare position late, an idle lane never but to say that it is idle; a checkpoint when
 * replay would take too long, but never for more than a tenth of the lane's time. The only clock a lane looks at, and nothing
 * it decides shows in the outputs.
 */
export class Pace {
  /** Input records applied and not yet in a transaction. */
  records = 0;
  readonly #settings: LaneSettings;
  readonly #lingerMs: number;
  #outputs = false;
  #committedAt = 0;
  #quietMs: number;
  #aheadSince = 0;
  #checkpointAt = 0;
  #applyMs = 0;
  #checkpointCostMs = 0;
  #checkpointBytes = 0;
  #hurry = false;
  #wake: () => void = () => undefined;
  #alarm = 0;

  constructor(settings: LaneSettings, urgent: boolean) {
    this.#settings = settings;
    this.#lingerMs = urgent ? settings.lingerMs : settings.quietLingerMs;
    this.#quietMs = settings.quietMs;
  }

  /** Milliseconds since the first record that no transaction holds yet; means nothing while there is none. */
  get aheadMs(): number {
    return Date.now() - this.#aheadSince;
  }

  /** The lane lives from here. What it has replayed is due for a checkpoint, or the next crash would replay it again. */
  recovered(replayed: number): void {
    this.#checkpointAt = Date.now();
    this.#hurry = replayed > 0;
    this.records = 0;
  }

  /**
   * Records have been applied, in `ms` of this lane's own time; `outputs` says whether something is to be written. May wake
   * `due`.
   */
  applied(records: number, ms: number, outputs: boolean): void {
    if (this.records === 0 && !this.#outputs) this.#aheadSince = Date.now();
    this.records += records;
    this.#applyMs += ms;
    this.#outputs ||= outputs;
    if (this.#dueAt() < this.#alarm) this.#wake();
  }

  /** A transaction begins: what it covers is taken out of the account. */
  commits(): number {
    const { records } = this;
    this.records = 0;
    this.#outputs = false;
    this.#committedAt = Date.now();
    // Windows end for all lanes at once; their bare positions need not be written at once too.
    this.#quietMs = this.#settings.quietMs * (0.5 + Math.random() / 2);
    return records;
  }

  /** The transaction came through: what is ahead now is younger than it. */
  committed(): void {
    this.#aheadSince = Date.now();
  }

  /** A checkpoint of so many bytes was packed in so many milliseconds. Both bound how soon the next may come. */
  checkpointed(bytes: number, ms: number): void {
    this.#checkpointAt = Date.now();
    this.#checkpointBytes = bytes;
    this.#checkpointCostMs = ms;
    this.#applyMs = 0;
    this.#hurry = false;
  }

  /** Asked before each transaction; a lane that has nothing to write writes no checkpoint either. */
  checkpointDue(): boolean {
    if (this.#hurry) return true;
    const elapsed = Date.now() - this.#checkpointAt;
    const wanted = elapsed >= this.#settings.checkpointIntervalMs || this.#applyMs >= this.#settings.replayBudgetMs;
    return wanted && elapsed >= Math.max(this.#checkpointCostMs / checkpointShare, this.#checkpointBytes / checkpointBytesPerMs);
  }

  /** The next transaction comes at once and carries a checkpoint. */
  hurry(): void {
    this.#hurry = true;
    this.#wake();
  }

  /** Looks again whether the lane is still going: it is being closed. */
  wake(): void {
    this.#wake();
  }

  /** Resolves when there is something to write, or when `going` ends. */
  async due(ahead: () => boolean, going: () => boolean): Promise<void> {
    while (going()) {
      const at = ahead() ? this.#dueAt() : Number.POSITIVE_INFINITY;
      if (at <= Date.now()) break;
      this.#alarm = at;
      await new Promise<void>((resolve) => {
        const timer = at === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, Math.max(0, at - Date.now()));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#alarm = 0;
  }

  #dueAt(): number {
    if (this.#hurry || this.records >= this.#settings.maxBatchRecords) return 0;
    return this.#committedAt + (this.#outputs ? this.#lingerMs : this.#quietMs);
  }
}
