import type { LogRecord, Place } from "../../operators/stream/record.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import type { LogPort, TransactionalWriter } from "../kafka/port.ts";
import { decodeIntent, type Intent } from "./intent.ts";
import type { SinkSettings } from "./settings.ts";
import type { Block } from "./sink-buffer.ts";

export interface RecoveredSink {
  readonly writer: TransactionalWriter;
  readonly intent: Intent;
  /** The block that the owner before may have left half done. */
  readonly block: Block | undefined;
  /**
   * The position is the lane's own. It is not where the group has none (a first start, or its offsets have expired) and where
   * a person has moved it: then the table may hold rows beyond it.
   */
  readonly own: boolean;
  /** The half-done block has lost records: the lane begins after the gap, in doubt about what stands there. */
  readonly gap?: string;
}

/** Takes a sink lane over: once its transactional id is fenced the position is final, and so is the intent beside it. */
export async function recoverSink(
  log: LogPort,
  group: string,
  place: Place,
  onGap: SinkSettings["onGap"],
  open: () => boolean,
): Promise<RecoveredSink> {
  const writer = await log.fence(`${group}.${place.partition}`);
  const [found = { offset: -1, metadata: "" }] = await log.admin.positions(group, [place]);
  if (found.offset < 0) {
    const [range] = await log.admin.range([place]);
    return { writer, intent: { position: range?.earliest ?? 0, end: undefined }, block: undefined, own: false };
  }
  const own = found.metadata !== "";
  const intent = own ? decodeIntent(found.offset, found.metadata) : { position: found.offset, end: undefined };
  if (intent.end === undefined) return { writer, intent, block: undefined, own };
  const [range] = onGap === "halt" ? [] : await log.admin.range([place]);
  if (range !== undefined && (intent.position < range.earliest || intent.end > range.end)) {
    const to = onGap === "earliest" ? range.earliest : range.end;
    const gap = `${place.topic}[${place.partition}] holds ${range.earliest} to ${range.end}, a block of ${intent.position} to ${intent.end} was under way: going on at ${to}`;
    return { writer, intent: { position: to, end: undefined }, block: undefined, own: false, gap };
  }
  return { writer, intent, block: await refetch(log, place, intent.position, intent.end, open), own };
}

/** Exactly the records that the intent names. GW_LANE_OFFSET_GAP where some are gone from the topic. */
async function refetch(log: LogPort, place: Place, position: number, end: number, open: () => boolean): Promise<Block> {
  const records: LogRecord[] = [];
  for (let at = position; at < end && open(); ) {
    const fetched = await log.fetch(place, at, { maxBytes: 1 << 20 });
    for (const record of fetched.records) if (record.offset >= at && record.offset < end) records.push(record);
    if (fetched.next <= at) throw new Fault("GW_KAFKA_PROTOCOL", `${place.topic}[${place.partition}] gave nothing from ${at} to ${end}`);
    at = fetched.next;
  }
  return { position, end, records };
}
