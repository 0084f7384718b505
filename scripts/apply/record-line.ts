import { parseObject } from "../../infra/ingest/parse-object.ts";
import { Fault } from "../../schemas/faults/fault.ts";

/** A record as it stands in JSON Lines; `tail --raw` writes all of it. */
export interface RecordLine {
  readonly topic: string;
  readonly key?: string | null;
  readonly value: unknown;
  readonly partition?: number;
  readonly offset?: number;
  readonly timestamp?: number;
}

/** Each partition that is met gets a lane of its own: a number that no topic has must not be able to make a million of them. */
const largest = { partition: 9_999, offset: Number.MAX_SAFE_INTEGER };

/** Throws GW_RECORD_UNREADABLE, GW_RECORD_SHAPE. */
export function parseLine(bytes: Buffer): RecordLine {
  const line = parseObject(bytes);
  if (typeof line.topic !== "string") throw new Fault("GW_RECORD_SHAPE", "the line names no topic");
  if (!("value" in line)) throw new Fault("GW_RECORD_SHAPE", "the line has no value");
  if (line.key !== undefined && line.key !== null && typeof line.key !== "string")
    throw new Fault("GW_RECORD_SHAPE", "key: a text is wanted");
  for (const [name, most] of Object.entries(largest)) {
    const given = line[name];
    if (given !== undefined && !(Number.isSafeInteger(given) && (given as number) >= 0 && (given as number) <= most))
      throw new Fault("GW_RECORD_SHAPE", `${name}: a whole number from 0 to ${most} is wanted`);
  }
  if (line.timestamp !== undefined && typeof line.timestamp !== "number")
    throw new Fault("GW_RECORD_SHAPE", "timestamp: milliseconds are wanted");
  return line as unknown as RecordLine;
}
