import { Offline, type OfflineOutput } from "../../operators/stream/offline.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { InputRecord } from "./inputs.ts";

/** The record as a lane would get it. */
export const asLogRecord = ({ topic, value }: InputRecord, offset: number): LogRecord => ({
  offset,
  timestampMs: Number.NaN,
  key: Buffer.from(topic.key(value)),
  value: topic.type.toBuffer(value),
  headers: {},
});

export const decodePlain = (topic: AnyTopic, { value }: LogRecord): unknown => topic.type.fromBuffer(value ?? Buffer.alloc(0));

export interface Driven {
  readonly values: (topic: AnyTopic) => unknown[];
  readonly outputs: readonly OfflineOutput[];
  readonly dropped: ReadonlyMap<string, number>;
}

/** A pipeline over records, without a broker; what it wrote, and what it dropped and why. */
export function drivePipeline(
  pipeline: Pipeline,
  records: readonly InputRecord[],
  how: { options?: Record<string, unknown>; close?: boolean } = {},
): Driven {
  const offline = new Offline({
    pipelines: [{ pipeline, options: how.options }],
    decode: decodePlain,
    maxAheadMs: 3_600_000,
    partitions: 1,
  });
  const outputs = records.flatMap((record, offset) => offline.feed(record.topic.name, 0, asLogRecord(record, offset)));
  if (how.close ?? true) outputs.push(...offline.close());
  const dropped = new Map<string, number>();
  for (const { counts } of offline.graphs()) {
    for (const stage of counts.values())
      for (const [reason, count] of stage.dropped) dropped.set(reason, (dropped.get(reason) ?? 0) + count);
  }
  return {
    outputs,
    dropped,
    values: (topic) => outputs.flatMap((output) => (output.kind === "record" && output.topic.name === topic.name ? [output.value] : [])),
  };
}
