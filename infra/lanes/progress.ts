import { Fault } from "../../schemas/faults/fault.ts";
import { type CheckpointPointer, encodeRecovery, extendRuns, longestRecord, type Run } from "./position.ts";

/** What one transaction covers: where each input goes on, and the way there since the checkpoint. */
export interface Stretch {
  readonly next: readonly number[];
  readonly runs: readonly Run[];
  /** In what order inputs were taken since the last transaction, for tests that ask for it. */
  readonly taken: readonly Run[];
}

/** How far a lane has come in each of its inputs, applied and committed, and by which way. */
export class Progress {
  #next: number[] = [];
  #committed: readonly number[] = [];
  #runs: Run[] = [];
  #taken: Run[] = [];
  #checkpoint: CheckpointPointer | undefined;

  /** Takes up where recovery has ended. `unwritten`: the position is not in the log yet and must be, even without a record. */
  begin(at: { next: readonly number[]; checkpoint: CheckpointPointer | undefined; runs: readonly Run[] }, unwritten: boolean): void {
    this.#next = [...at.next];
    this.#committed = unwritten ? at.next.map(() => -1) : [...at.next];
    this.#runs = at.runs.map((run) => ({ ...run }));
    // Of a lane that has never committed: how it took its tables before its first record.
    this.#taken = at.checkpoint === undefined ? at.runs.map((run) => ({ ...run })) : [];
    this.#checkpoint = at.checkpoint;
  }

  /** The next offset to apply. */
  next(input: number): number {
    return this.#next[input] ?? 0;
  }

  /** The next offset as of the last transaction that came through; -1 where none has and one must. */
  committed(input: number): number {
    return this.#committed[input] ?? 0;
  }

  /** Records have been applied that no transaction holds yet. */
  get ahead(): boolean {
    return this.#next.some((offset, input) => offset !== this.#committed[input]);
  }

  /** Whether a checkpoint taken now would be another than the last. */
  get hasMoved(): boolean {
    return this.#runs.length > 0;
  }

  /** Everything before `next` is applied, offsets without a record included. */
  moved(input: number, next: number): void {
    this.#extend(input, next - this.next(input));
    this.#next[input] = next;
  }

  /** The input was drained and passed by: a place in the order like that of a record, since it moves the watermark. */
  foundIdle(input: number): void {
    this.#extend(input, 0);
  }

  /** Over a gap. The runs know only of moves through the log: from here the way must begin at a new checkpoint. */
  jump(input: number, to: number): void {
    this.#next[input] = to;
    this.#checkpoint = undefined;
  }

  /** A lane's first transaction carries one always: a position never stands without the state that belongs to it. */
  get needsCheckpoint(): boolean {
    return this.#checkpoint === undefined || encodeRecovery({ checkpoint: this.#checkpoint, runs: this.#runs }).length > longestRecord;
  }

  /** What the next transaction covers. With a checkpoint the way begins anew; `settle` says where it lies. */
  cut(withCheckpoint: boolean): Stretch & { readonly checkpoint: CheckpointPointer | undefined } {
    if (withCheckpoint) this.#runs = [];
    const taken = this.#taken;
    this.#taken = [];
    return { next: [...this.#next], runs: this.#runs.map((run) => ({ ...run })), taken, checkpoint: this.#checkpoint };
  }

  /** From now on the way begins here. */
  checkpointed(checkpoint: CheckpointPointer): void {
    this.#checkpoint = checkpoint;
  }

  /** The transaction came through. */
  settle({ next }: Stretch): void {
    this.#committed = next;
  }

  #extend(input: number, length: number): void {
    extendRuns(this.#runs, input, length);
    extendRuns(this.#taken, input, length);
  }
}

/** The recovery record of a stretch. GW_LANE_POSITION_WITHOUT_STATE where there is no checkpoint it could lean on. */
export function recoveryText({ runs }: Stretch, checkpoint: CheckpointPointer | undefined, lane: string): string {
  if (checkpoint === undefined) throw new Fault("GW_LANE_POSITION_WITHOUT_STATE", `${lane} has never written a checkpoint`);
  return encodeRecovery({ checkpoint, runs });
}
