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

/** First and last of many, the last being the one that triggered. */
export function firstAndLast(first: readonly SourceRef[], last: readonly SourceRef[]): SourceRef[] {
  const head = first[0];
  const tail = last.at(-1);
  if (head === undefined || tail === undefined) return [...first, ...last];
  return head.topic === tail.topic && head.partition === tail.partition && head.offset === tail.offset ? [head] : [head, tail];
}
