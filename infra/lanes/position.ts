import { Fault } from "../../schemas/faults/fault.ts";

/**
 * What a lane writes beside its group offset, so that one OffsetFetch says all that recovery needs: where the last checkpoint
 * lies, what it stood at, and the order in which the inputs were taken since.
 */
export interface RecoveryRecord {
  readonly checkpoint: CheckpointPointer;
  readonly runs: readonly Run[];
}

/** Where a checkpoint lies, and what it stands for. */
export interface CheckpointPointer {
  /** Next offset of every input when the checkpoint was taken, tables included, in the order of the graph's inputs. */
  readonly offsets: readonly number[];
  readonly partition: number;
  /** Offsets of its chunks in the checkpoint topic. */
  readonly chunks: readonly number[];
}

/** So many offsets of one input were taken next; a length of 0 says that the input was found idle. */
export interface Run {
  readonly input: number;
  length: number;
}

/** The broker takes 4,096 bytes (offset.metadata.max.bytes); a lane writes a checkpoint before its record is this long. */
export const longestRecord = 3_500;

/** Another version is refused, not guessed at: a wrong position loses or doubles records. */
const version = "v1";

/** Base 36 keeps it short; `v1;offsets;partition;chunks;input,length,…`. */
export function encodeRecovery({ checkpoint, runs }: RecoveryRecord): string {
  const lists = [checkpoint.offsets, [checkpoint.partition], checkpoint.chunks, runs.flatMap(({ input, length }) => [input, length])];
  return [version, ...lists.map((numbers) => numbers.map((n) => n.toString(36)).join(","))].join(";");
}

/** Undefined where there is no record at all. Throws GW_LANE_POSITION_WITHOUT_STATE where it is somebody else's. */
export function decodeRecovery(metadata: string): RecoveryRecord | undefined {
  if (metadata === "") return undefined;
  const [found, ...lists] = metadata.split(";");
  const [offsets, [partition] = [], chunks, flat] = lists.map((list) =>
    list === "" ? [] : list.split(",").map((n) => Number.parseInt(n, 36)),
  );
  const whole = [...(offsets ?? []), partition, ...(chunks ?? []), ...(flat ?? [])].every((n) => Number.isSafeInteger(n));
  if (found !== version || offsets === undefined || partition === undefined || chunks === undefined || flat === undefined || !whole) {
    throw new Fault(
      "GW_LANE_POSITION_WITHOUT_STATE",
      `the committed position carries no recovery record of this version (${metadata.slice(0, 40)})`,
    );
  }
  const runs: Run[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) runs.push({ input: flat[i] ?? 0, length: flat[i + 1] ?? 0 });
  return { checkpoint: { offsets, partition, chunks }, runs };
}

/** Notes in the run list that an input moved on by so many offsets; joins what belongs together. */
export function extendRuns(runs: Run[], input: number, length: number): void {
  const last = runs.at(-1);
  if (length > 0 && last?.input === input && last.length > 0) last.length += length;
  else runs.push({ input, length });
}
