import type { Line } from "../../infra/ingest/lines.ts";
import type { RecordMaker } from "../../infra/ingest/record-maker.ts";
import type { OutRecord, PlainWriter } from "../../infra/kafka/port.ts";
import { type Fault, faultOf } from "../../schemas/faults/fault.ts";

/** Filled while lines are sent, and right also where sending has failed: `sent` are acknowledged ones. */
export interface SendCounts {
  read: number;
  sent: number;
  bad: number;
}

const batchBytes = 900_000;
const batchRecords = 10_000;

/**
 * Sends lines in the order they come, each once: while one batch is on its way the next is made, and no further. A line that
 * cannot be sent is told and left out. Memory stays bounded whatever the input.
 */
export async function sendLines(
  pieces: AsyncIterable<readonly Line[]>,
  maker: RecordMaker,
  writer: PlainWriter,
  counts: SendCounts,
  { bad, sent }: { bad(line: number, fault: Fault): void; sent(): void },
): Promise<void> {
  let batch: OutRecord[] = [];
  let bytes = 0;
  let underWay: Promise<void> = Promise.resolve();
  const send = async (): Promise<void> => {
    await underWay;
    const records = batch;
    batch = [];
    bytes = 0;
    underWay = writer.send(records).then(() => {
      counts.sent += records.length;
      sent();
    });
    // Looked at before the next batch goes; until then a failure must not count as unhandled.
    underWay.catch(() => undefined);
  };
  for await (const piece of pieces) {
    for (const line of piece) {
      counts.read += 1;
      try {
        const record = maker.record(line);
        batch.push(record);
        bytes += (record.value?.length ?? 0) + (record.key?.length ?? 0);
      } catch (error) {
        counts.bad += 1;
        bad(line.number, faultOf(error, "GW_RECORD_SHAPE", "reading the line"));
      }
      if (bytes >= batchBytes || batch.length >= batchRecords) await send();
    }
    // A slow input (a pipe that lives) must not wait for a full batch.
    if (batch.length > 0) await send();
  }
  await underWay;
}
