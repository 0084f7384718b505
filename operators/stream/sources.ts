import type { SourceRef } from "../../schemas/types/avro.ts";
import type { Origin } from "./record.ts";

/** The public records behind a value: its own record, or where that is internal those it names. */
export function sourcesOf({
  topic,
  partition,
  origin,
}: {
  topic: string;
  partition: number;
  origin: Origin | undefined;
}): readonly SourceRef[] {
  if (origin === undefined) return [];
  return origin.sources ?? [{ topic, partition, offset: origin.offset }];
}
