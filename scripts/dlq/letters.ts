import type { LogPort } from "../../infra/kafka/port.ts";
import type { LogRecord, Place } from "../../operators/stream/record.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { type Letter, letterOf } from "../tail/letter.ts";

/** A letter and where it stands in the dead-letter topic, by which `dlq show` finds it again. */
export interface FoundLetter {
  readonly place: Place;
  readonly offset: number;
  readonly timestampMs: number;
  readonly letter: Letter;
}

/** So many back at a time: the newest letters of a long topic cost one or two fetches a partition. */
const stepRecords = 2_000;
const pieceBytes = 4 << 20;

/**
 * The newest letters that fit, newest first. Reads each partition backwards in steps, so that a few letters of a long topic
 * cost little. None where the topic does not exist: then nothing has been dead-lettered.
 */
export async function newestLetters(log: LogPort, topic: string, limit: number, fits: (letter: Letter) => boolean): Promise<FoundLetter[]> {
  const count = (await log.admin.partitions([topic])).get(topic) ?? 0;
  const places = Array.from({ length: count }, (_, partition) => ({ topic, partition }));
  const ranges = await log.admin.range(places);
  const found: FoundLetter[] = [];
  for (const [i, place] of places.entries()) {
    const { earliest, end } = ranges[i] ?? { earliest: 0, end: 0 };
    let kept = 0;
    for (let to = end; to > earliest && kept < limit; ) {
      const from = Math.max(earliest, to - stepRecords);
      const letters = (await between(log, place, from, to))
        .map((record) => ({ place, record, letter: letterOf(record) }))
        .filter(({ letter }) => fits(letter));
      for (const { record, letter } of letters.reverse().slice(0, limit - kept)) {
        found.push({ place, letter, offset: record.offset, timestampMs: record.timestampMs });
        kept += 1;
      }
      to = from;
    }
  }
  return found.sort((a, b) => b.timestampMs - a.timestampMs || b.offset - a.offset).slice(0, limit);
}

/** The letter that `dlq list` shows there. Throws GW_USAGE where none lies. */
export async function letterAt(log: LogPort, place: Place, offset: number): Promise<LogRecord> {
  const none = (cause?: unknown) => new Fault("GW_USAGE", `there is no dead letter at ${place.partition}/${offset}`, {}, cause);
  try {
    const { records } = await log.fetch(place, offset, { maxBytes: 16_000_000, maxWaitMs: 0 });
    const found = records.find((record) => record.offset === offset);
    if (found !== undefined) return found;
  } catch (error) {
    if (error instanceof Fault && (error.code === "GW_LANE_OFFSET_GAP" || error.code === "GW_TOPIC_MISSING")) throw none(error);
    throw error;
  }
  throw none();
}

/** Committed ones in [from, to); offsets without a record are passed over. */
async function between(log: LogPort, place: Place, from: number, to: number): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for (let next = from; next < to; ) {
    const fetched = await log.fetch(place, next, { maxBytes: pieceBytes, maxWaitMs: 0 });
    for (const record of fetched.records) if (record.offset < to) all.push(record);
    if (fetched.next <= next) break;
    next = fetched.next;
  }
  return all;
}
